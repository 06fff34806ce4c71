// Which security the schema history's client gets.
import type { LinkFactory } from '@millrace/kafka'
import { expect, test } from 'vitest'
import { historyLinks } from '../../../src/source/mysql/history/history-links.ts'

const openLink: LinkFactory = () => Promise.reject(new Error('not asked for'))
const context = { openLink, connectorName: 'c' }
const sasl = {
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': 'PLAIN',
  'sasl.jaas.config': 'Plain required username="u" password="p";',
}

test('without security the links are the task’s', () => {
  expect(historyLinks({ producer: { 'client.id': 'x' }, consumer: {} }, context)).toBe(openLink)
})

test.each([
  ['producer', { producer: sasl, consumer: {} }],
  ['consumer', { producer: {}, consumer: sasl }],
])('security of the %s alone is enough', (_which, history) => {
  expect(historyLinks(history, context)).not.toBe(openLink)
})

test('what cannot be read is refused by its name', () => {
  const producer = { ...sasl, 'sasl.mechanism': 'GSSAPI' }
  expect(() => historyLinks({ producer, consumer: {} }, context)).toThrow(/schema\.history\.internal.*sasl\.mechanism/)
})
