// The table of received questions, and what reads and writes it.
import type { SqlClient } from '@millrace/outbox'

/** One question as `GET /question` gives it. */
export interface QuestionJson {
  readonly id: number
  readonly questionText: string
  /** ISO 8601 with six digits and Z. */
  readonly pubDate: string
}

const NEWEST = 20

const TABLE = `CREATE TABLE IF NOT EXISTS question (
  id integer PRIMARY KEY, question_text text NOT NULL, pub_date timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now())`

/** Creates the table where it is missing; safe when several processes start at once. */
export async function createQuestionTable(client: SqlClient): Promise<void> {
  await client.query(`DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtext('millrace question table')); ${TABLE}; END $$`)
}

/** Stores a question, or the new state of one. */
export async function upsertQuestion(
  client: SqlClient,
  question: { id: number; questionText: string; pubDateUs: bigint },
): Promise<void> {
  await client.query(
    `INSERT INTO question (id, question_text, pub_date) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET question_text = EXCLUDED.question_text, pub_date = EXCLUDED.pub_date, received_at = now()`,
    [question.id, question.questionText, isoMicros(question.pubDateUs)],
  )
}

/** Removes a question; nothing happens when it is not there. */
export async function deleteQuestion(client: SqlClient, id: number): Promise<void> {
  await client.query('DELETE FROM question WHERE id = $1', [id])
}

/** The newest questions, by id descending. */
export async function newestQuestions(client: SqlClient, limit = NEWEST): Promise<QuestionJson[]> {
  const { rows } = await client.query(
    // as text, because Date would drop the last three digits
    `SELECT id, question_text, to_char(pub_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS pub_date
       FROM question ORDER BY id DESC LIMIT $1`,
    [limit],
  )
  return rows.map((row) => ({
    id: row.id as number,
    questionText: row.question_text as string,
    pubDate: row.pub_date as string,
  }))
}

/** `2026-11-20T10:11:12.123456Z` of microseconds since the epoch. Date covers years 0001 to 9999; the last three digits are added. */
export function isoMicros(micros: bigint): string {
  let ms = micros / 1000n
  let rest = micros % 1000n
  if (rest < 0n) {
    rest += 1000n
    ms -= 1n
  }
  return `${new Date(Number(ms)).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}
