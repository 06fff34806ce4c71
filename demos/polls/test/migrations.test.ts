import { expect, test } from 'vitest'
import { MIGRATIONS, recorderStatements, statementsOf } from '../src/migrate/migrations.ts'

const all = [...recorderStatements(), ...MIGRATIONS.flatMap(statementsOf)]

test('39 statements, as Django 3.2 sends them', () => {
  expect(all).toHaveLength(39)
  expect(MIGRATIONS).toHaveLength(22)
  for (const sql of all) expect(sql).toMatch(/^(CREATE TABLE|CREATE INDEX|ALTER TABLE) `/)
  for (const sql of all) expect(sql.endsWith(';')).toBe(false)
})

test('the polls tables and their names', () => {
  const polls = MIGRATIONS.filter((migration) => migration.app === 'polls').flatMap(statementsOf)
  expect(polls).toEqual([
    'CREATE TABLE `polls_question` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `question_text` varchar(200) NOT NULL, `pub_date` datetime(6) NOT NULL)',
    'CREATE TABLE `polls_choice` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `choice_text` varchar(200) NOT NULL, `votes` integer NOT NULL, `question_id` integer NOT NULL)',
    'ALTER TABLE `polls_choice` ADD CONSTRAINT `polls_choice_question_id_c5b4b260_fk_polls_question_id` FOREIGN KEY (`question_id`) REFERENCES `polls_question` (`id`)',
    'CREATE TABLE `polls_outbox` (`id` char(32) NOT NULL PRIMARY KEY, `aggregatetype` varchar(255) NOT NULL, `aggregateid` varchar(255) NOT NULL, `type` varchar(255) NOT NULL, `payload` longtext NOT NULL)',
    'ALTER TABLE `polls_outbox` MODIFY `payload` longblob NOT NULL',
  ])
})
