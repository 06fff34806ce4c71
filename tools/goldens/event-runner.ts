// Runs one scenario of goldens/events on live servers: MySQL prepared as for the recording, Millrace fresh, the same steps, then all records
// of all topics compared with the golden ones.
import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { MysqlServer } from '@millrace/servers'
import { maskClock, recordingSpan } from './clock-values.ts'
import { differences } from './compare.ts'
import { Masker, maskFlattened } from './masks.ts'
import { type MillraceProcess, startMillrace } from './millrace-process.ts'
import type { MysqlPool } from './mysql-pool.ts'
import { type GoldenRecord, readMasks, type Scenario, type Step } from './scenario.ts'
import { TopicDump } from './topic-dump.ts'

/** What became of a scenario. */
export type Verdict =
  | { readonly outcome: 'passed'; readonly reason?: string }
  | { readonly outcome: 'failed'; readonly reason: string }
  | { readonly outcome: 'not supported'; readonly reason: string }

const QUIET_MS = 700
const LIMIT_MS = 25_000

/** One run: everything that the steps need. */
interface Run {
  readonly scenario: Scenario
  readonly mysql: MysqlServer
  readonly millrace: MillraceProcess
  readonly dump: TopicDump
  readonly connector: string
  readonly signalFile: string
  readonly startedMs: number
  /** Bodies of the steps that alter offsets, as far as they stand in the notes. */
  readonly patches: unknown[]
  readonly options: RunOptions
}

/** How a scenario is run. */
export interface RunOptions {
  /** Prints every difference. */
  readonly showsAll?: boolean
  /** Takes the masked records that were written. */
  readonly keep?: (records: readonly GoldenRecord[]) => void
}

/** Runs the scenario and gives its verdict. Throws only for a fault of the machine. */
export async function runScenario(scenario: Scenario, pool: MysqlPool, options: RunOptions = {}): Promise<Verdict> {
  if (scenario.connector === null) return withoutConfiguration(scenario)
  const startedMs = Date.now()
  const mysql = await pool.prepared(scenario)
  await mysql.sql(scenario.setup, { force: scenario.sqlErrors.length > 0 })
  const millrace = await startMillrace()
  const dump = await TopicDump.connect(millrace.bootstrap)
  try {
    const run: Run = {
      scenario,
      mysql,
      millrace,
      dump,
      connector: `golden-${scenario.name}`,
      signalFile: path.join(millrace.dataFolder, 'signals.txt'),
      startedMs,
      patches: [...scenario.patchedOffsets],
      options,
    }
    return await drive(run)
  } finally {
    await dump.close()
    await millrace.stop()
  }
}

/** A refused registration of which only the answer was kept: there is nothing to send. */
function withoutConfiguration({ registerStatus }: Scenario): Verdict {
  return registerStatus === null
    ? { outcome: 'failed', reason: 'the scenario has no connector.json' }
    : { outcome: 'not supported', reason: 'the folder has no configuration to register, only the answer of a refusal' }
}

async function drive(run: Run): Promise<Verdict> {
  const registered = await request(run, 'POST', '/connectors', { name: run.connector, config: firstConfig(run) })
  if (run.scenario.registerStatus !== null) {
    // The recorded 500 is Debezium's fault (a definition without a value); any refusal matches.
    return registered.status >= 400
      ? { outcome: 'passed' }
      : { outcome: 'failed', reason: `registered (${registered.status}), Debezium refuses it` }
  }
  if (registered.status !== 201) return refusal(`registration answered ${registered.status}: ${registered.text}`)
  await untilStreaming(run)
  for (const step of run.scenario.steps) {
    const problem = await take(run, step)
    if (problem !== null) return refusal(problem)
    await untilQuiet(run, 0)
  }
  await untilQuiet(run, run.scenario.records)
  return judge(run)
}

async function judge(run: Run): Promise<Verdict> {
  const trace = await failureOf(run)
  const isExpectedFailure = run.scenario.isOwn && run.scenario.taskState === 'FAILED'
  if (trace !== null && !isExpectedFailure && /not supported|CDC_UNSUPPORTED/i.test(trace))
    return { outcome: 'not supported', reason: firstLine(trace) }
  const masker = new Masker(readMasks(run.scenario.folder), run.scenario.name)
  const notifications = run.scenario.connector?.['notification.sink.topic.name']
  const hasTimestamps = run.scenario.expected.some((record) => record.timestamp !== undefined)
  const records = (await run.dump.read(hasTimestamps)).map((record) =>
    masker.mask(record, record.topic === notifications),
  )
  const span = { fromMs: run.startedMs, toMs: Date.now() }
  const recording = recordingSpan(run.scenario.folder)
  const expected = withoutRepeatedHeartbeats(run.scenario.expected, run.scenario).map((record) =>
    maskClock(maskFlattened(record), recording),
  )
  const actual = withoutRepeatedHeartbeats(
    run.scenario.isSummary ? summarized(records, run.scenario) : records,
    run.scenario,
  ).map((record) => maskClock(maskFlattened(record), span))
  run.options.keep?.(actual)
  const found = [...differences(expected, actual)]
  if (run.options.showsAll === true) for (const difference of found) console.log(`  ${difference}`)
  const difference = found[0] ?? null
  if (difference !== null)
    return {
      outcome: 'failed',
      reason: trace === null ? difference : `${difference}; task failed: ${firstLine(trace)}`,
    }
  if (trace !== null && run.scenario.taskState !== 'FAILED')
    return { outcome: 'failed', reason: `task failed: ${firstLine(trace)}` }
  if (trace === null && run.scenario.taskState === 'FAILED')
    return { outcome: 'failed', reason: `the task runs, ${run.scenario.isOwn ? 'it should fail' : "Debezium's fails"}` }
  if (trace !== null && run.scenario.failurePattern?.test(trace) === false)
    return { outcome: 'failed', reason: `the task failed otherwise than expected: ${firstLine(trace)}` }
  return { outcome: 'passed' }
}

/** The number of heartbeats depends on how long a run takes: of equal ones only the first is compared. */
function withoutRepeatedHeartbeats(records: readonly GoldenRecord[], { connector }: Scenario): GoldenRecord[] {
  const prefix = connector?.['topic.heartbeat.prefix'] ?? '__debezium-heartbeat'
  const seen = new Set<string>()
  return records.filter((record) => {
    const { topic } = record
    if (!topic.startsWith(prefix) && topic !== connector?.['topic.heartbeat.name']) return true
    const text = JSON.stringify({ ...record, timestamp: 0 })
    return !seen.has(text) && seen.add(text)
  })
}

/** Long topics keep their first and last three records in the expected file; their true counts stand in `topics`. */
function summarized(records: readonly GoldenRecord[], scenario: Scenario): GoldenRecord[] {
  const out: GoldenRecord[] = []
  for (const topic of [...new Set(records.map((record) => record.topic))].sort()) {
    const all = records.filter((record) => record.topic === topic)
    const kept = scenario.expected.filter((record) => record.topic === topic).length
    const isShort = scenario.topics[topic] === all.length && kept < all.length
    out.push(...(isShort ? [...all.slice(0, 3), ...all.slice(-3)] : all))
  }
  return out
}

/**
 * The configuration of the registration. Where a later step sets an option to the value that connector.json has for it, the file was kept
 * after that change: the option was not there at first.
 */
function firstConfig(run: Run): Record<string, string> {
  const config = configOf(run)
  for (const { config: change } of run.scenario.steps)
    for (const [name, value] of Object.entries(change ?? {})) if (config[name] === value) delete config[name]
  return config
}

function configOf(run: Run): Record<string, string> {
  const values: Record<string, string> = {
    host: run.mysql.host,
    port: String(run.mysql.port),
    user: 'dbz',
    password: 'dbz',
    bootstrap: run.millrace.bootstrap,
    signalFile: run.signalFile,
  }
  const fill = (text: string) =>
    text.replace(
      /\$\{(host|port|user|password|bootstrap|signalFile)\}/g,
      (_all, name: string) => values[name] as string,
    )
  return Object.fromEntries(
    Object.entries(run.scenario.connector as Record<string, string>).map(([name, value]) => [name, fill(value)]),
  )
}

const COMMANDS: Readonly<Record<string, readonly [string, string]>> = {
  stop: ['PUT', '/stop'],
  pause: ['PUT', '/pause'],
  resume: ['PUT', '/resume'],
  restart: ['POST', '/restart?includeTasks=true'],
  'reset-offsets': ['DELETE', '/offsets'],
}

/** Takes one step; a sentence says why it could not be taken. */
async function take(run: Run, step: Step): Promise<string | null> {
  const [kind] = Object.keys(step)
  if (step.sql !== undefined) {
    await run.mysql.sql(readFileSync(path.join(run.scenario.folder, step.sql), 'utf8'), {
      force: run.scenario.sqlErrors.length > 0,
    })
  } else if (kind !== undefined && COMMANDS[kind] !== undefined) {
    const [method, place] = COMMANDS[kind]
    const answer = await request(run, method, `/connectors/${run.connector}${place}`)
    if (answer.status >= 400) return `${method} ${place} answered ${answer.status}: ${answer.text}`
    await untilState(run, kind)
  } else if (step.offsets !== undefined) {
    const body = typeof step.offsets === 'string' ? run.patches.shift() : step.offsets
    const answer = await request(run, 'PATCH', `/connectors/${run.connector}/offsets`, body)
    if (answer.status >= 400) return `PATCH /offsets answered ${answer.status}: ${answer.text}`
  } else if (step.config !== undefined) {
    const config: Record<string, string> = configOf(run)
    for (const [name, value] of Object.entries(step.config)) {
      if (value === null) delete config[name]
      else config[name] = value
    }
    const answer = await request(run, 'PUT', `/connectors/${run.connector}/config`, config)
    if (answer.status >= 400) return `PUT /config answered ${answer.status}: ${answer.text}`
    await untilState(run, 'restart')
  } else if (step.produce !== undefined)
    await run.dump.produce(step.produce.topic, step.produce.key, step.produce.value)
  else if (step.file !== undefined)
    appendFileSync(run.signalFile, `${typeof step.file === 'string' ? step.file : step.file.text}\n`)
  else if (step['delete-topic'] !== undefined) await run.dump.deleteTopic(step['delete-topic'])
  else if (step.sleep !== undefined) await delay(step.sleep * 1000)
  else return `unknown step ${JSON.stringify(step)}`
  return null
}

function refusal(reason: string): Verdict {
  return /not supported/i.test(reason)
    ? { outcome: 'not supported', reason: firstLine(reason) }
    : { outcome: 'failed', reason: firstLine(reason) }
}

const firstLine = (text: string) => (text.split('\n')[0] as string).slice(0, 400)

async function request(
  run: Run,
  method: string,
  place: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${run.millrace.rest}${place}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, text: await answer.text() }
}

interface StatusAnswer {
  readonly connector?: { readonly state: string; readonly trace?: string }
  readonly tasks?: readonly { readonly state: string; readonly trace?: string }[]
}

async function status(run: Run): Promise<StatusAnswer> {
  const { text } = await request(run, 'GET', `/connectors/${run.connector}/status`)
  return JSON.parse(text) as StatusAnswer
}

async function failureOf(run: Run): Promise<string | null> {
  const { connector, tasks } = await status(run)
  for (const part of [connector, ...(tasks ?? [])])
    if (part?.state === 'FAILED') return part.trace ?? 'FAILED without a trace'
  return null
}

/** The first step runs once the connector streams: its task runs and the records before the first step are there and quiet. */
async function untilStreaming(run: Run): Promise<void> {
  await untilState(run, 'resume')
  await untilQuiet(run, run.scenario.recordsBeforeSteps)
}

async function untilState(run: Run, command: string): Promise<void> {
  const wanted =
    command === 'stop' ? 'STOPPED' : command === 'pause' ? 'PAUSED' : command === 'reset-offsets' ? null : 'RUNNING'
  if (wanted === null) return
  const end = Date.now() + LIMIT_MS
  while (Date.now() < end) {
    const { connector, tasks } = await status(run)
    const isThere =
      wanted === 'STOPPED' ? connector?.state === 'STOPPED' && tasks?.length === 0 : tasks?.[0]?.state === wanted
    if (isThere || tasks?.[0]?.state === 'FAILED' || connector?.state === 'FAILED') return
    await delay(50)
  }
}

/** Waits until the topics hold `atLeast` records and have not grown for a while; gives up quietly, the comparison then tells. */
async function untilQuiet(run: Run, atLeast: number): Promise<void> {
  const end = Date.now() + LIMIT_MS
  let last = -1
  let since = Date.now()
  while (Date.now() < end) {
    const count = await run.dump.count()
    if (count !== last) {
      last = count
      since = Date.now()
    }
    const quietMs = Date.now() - since
    if (quietMs > QUIET_MS && (count >= atLeast || (quietMs > 4 * QUIET_MS && (await failureOf(run)) !== null))) return
    if (quietMs > 8_000) return
    await delay(60)
  }
}
