import { MysqlServerError } from '@millrace/mysql'
import { expect, test } from 'vitest'
import { silentLogger } from '../../../src/base/logger.ts'
import { HeartbeatAction } from '../../../src/source/mysql/heartbeat-action.ts'

function lab(answers: (Error | null)[]) {
  const did: string[] = []
  const action = new HeartbeatAction({
    query: 'INSERT INTO hb VALUES (1)',
    open: async () => {
      did.push('open')
      return {
        query: async (sql: string) => {
          did.push(sql)
          const answer = answers.shift() ?? null
          if (answer !== null) throw answer
          return []
        },
        close: () => did.push('close'),
      }
    },
    log: silentLogger,
  })
  return { action, did }
}

test('one connection serves all heartbeats; after a failure a new one is opened', async () => {
  const { action, did } = lab([null, null, new Error('gone'), null])
  for (let i = 0; i < 4; i++) await action.run()
  action.close()
  const sql = 'INSERT INTO hb VALUES (1)'
  expect(did).toEqual(['open', sql, sql, sql, 'close', 'open', sql, 'close'])
})

test('a statement that can never work stops the task', async () => {
  const { action } = lab([new MysqlServerError(1064, '42000', 'You have an error in your SQL syntax')])
  await expect(action.run()).rejects.toThrow('Could not execute heartbeat action query (Error: 42000)')
})
