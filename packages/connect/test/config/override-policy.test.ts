import { expect, test } from 'vitest'
import { readOverridePolicy } from '../../src/config/validation/override-policy.ts'
import { createPluginCatalog } from '../../src/plugins.ts'
import { readWorkerConfig } from '../../src/worker/worker-config.ts'

const NAME = 'connector.client.config.override.policy'
const JAVA = 'org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy'

test.each([
  [{}, []],
  [{ [NAME]: 'All' }, []],
  [{ [NAME]: 'None' }, ['None linger.ms', 'None sasl.mechanism']],
  [{ [NAME]: JAVA }, ['None linger.ms', 'None sasl.mechanism']],
  [{ [NAME]: 'Principal' }, ['Principal linger.ms']],
  [
    { [NAME]: 'Allowlist', 'connector.client.config.override.allowlist': 'acks, linger.ms' },
    ['Allowlist sasl.mechanism'],
  ],
])('%j', (settings, refused) => {
  const policy = readOverridePolicy(settings)
  const found = ['linger.ms', 'sasl.mechanism'].map((option) => policy(option))
  const expected = refused.map((text) => {
    const [name, option] = text.split(' ')
    return `The '${name}' policy does not allow '${option}' to be overridden in the connector configuration.`
  })
  expect(found.filter((text) => text !== null)).toEqual(expected)
})

test('a validation answer names what the policy refuses', async () => {
  const config = {
    'connector.class': 'FileStreamSource',
    name: 'c',
    topic: 't',
    file: 'f',
    'producer.override.linger.ms': '1',
    'producer.override.own.key': 'x',
  }
  const infos = await createPluginCatalog().validate(config, { settings: { [NAME]: 'None' } })
  expect(infos.configs.flatMap(({ value }) => (value?.errors.length ? [[value.name, ...value.errors]] : []))).toEqual([
    [
      'producer.override.linger.ms',
      "The 'None' policy does not allow 'linger.ms' to be overridden in the connector configuration.",
    ],
    [
      'producer.override.own.key',
      "The 'None' policy does not allow 'own.key' to be overridden in the connector configuration.",
    ],
  ])
})

test('a policy that does not exist ends the start', () => {
  expect(() => readWorkerConfig({ [NAME]: 'Some' }, true)).toThrow(/Some.*override\.policy/)
})
