import { expect, test } from 'vitest'
import { CdcError } from '../../src/base/errors.ts'
import type { ConfigInfos } from '../../src/config/definition.ts'
import { createPluginCatalog } from '../../src/plugins.ts'
import { hasGoldens, type RestGolden, restGoldens } from '../support/goldens.ts'

/** Answers as the recorded server did: by the connection options of the request. */
async function probe(config: Readonly<Record<string, string>>): Promise<string | null> {
  const failed =
    'Error during connection validation: io.debezium.DebeziumException: Failed to establish connection with the database: '
  if (config['database.hostname'] !== '127.0.0.1' || config['database.port'] !== '3306') return failed
  const user = config['database.user'] ?? ''
  const password = config['database.password'] ?? ''
  if (user === 'dbz' && password === 'dbz') return null
  return `Unable to connect: Access denied for user '${user}'@'localhost' (using password: ${password === '' ? 'NO' : 'YES'})`
}

/** Goldens that show what Millrace answers differently on purpose, or what is not the catalog's to answer. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'validate/provider-file': 'config providers are the worker’s',
  'validate/provider-missing-key': 'config providers are the worker’s',
  'validate/provider-missing-file': 'config providers are the worker’s',
  'validate/provider-unknown': 'config providers are the worker’s',
  'validate/provider-in-int': 'config providers are the worker’s',
  'validate/path-mismatch': 'the path is checked by REST',
  'validate/path-unknown': 'the path is checked by REST',
  'validate/path-lower': 'the path is checked by REST',
  'validate/class-empty': 'the path is checked by REST',
  'validate/common-plugin-version': 'unstable in the recording',
}

const isClassList = (values: readonly string[]) => values.some((value) => /^[a-z]+(\.[\w$]+){2,}$/.test(value))

function project(infos: ConfigInfos, golden: RestGolden): unknown {
  if (golden.project === undefined) return infos
  const keep = new Set(golden.project.keep ?? [])
  const configs = infos.configs
    .filter((entry) => entry.definition === null || entry.value?.errors.length || keep.has(entry.definition.name))
    .map((entry) => ({ defined: entry.definition !== null, value: entry.value }))
  return { ...infos, configs }
}

function withoutClassLists(json: unknown): unknown {
  return JSON.parse(
    JSON.stringify(json, (key, value: unknown) =>
      key === 'recommended_values' && Array.isArray(value) && isClassList(value as string[]) ? ['classes'] : value,
    ),
  )
}

const goldens = restGoldens('validate.jsonl').filter((golden) => !(golden.id in LEFT_OUT))

test.skipIf(!hasGoldens).each(goldens)('$id is answered as recorded', async (golden) => {
  const catalog = createPluginCatalog({ probe })
  const fill = (text: string) => text.replaceAll('{{MYSQL_PORT}}', '3306').replaceAll('{{MYSQL_HOST}}', '127.0.0.1')
  const body = fill(golden.request?.body ?? '')
  const expected = JSON.parse(fill(golden.response?.body ?? ''))
  const worker = { settings: { 'group.id': 'rest-lab' } }
  if (golden.response?.status !== 200) {
    const thrown = await catalog.validate(JSON.parse(body), worker).catch((error: unknown) => CdcError.from(error))
    const { javaClass, message } = thrown as CdcError
    const text = `${javaClass}: ${message}`.replace(/available connectors are: .*/, '')
    expect(text).toBe(expected.message.replace(/available connectors are: .*/, ''))
    return
  }
  const infos = await catalog.validate(JSON.parse(body), worker)
  expect(withoutClassLists(project(infos, golden))).toEqual(withoutClassLists(expected))
})

test
  .skipIf(!hasGoldens)
  .each(
    restGoldens('plugins.jsonl').filter(
      ({ id, response }) => id.startsWith('plugins/def-') && response?.body.startsWith('[{'),
    ),
  )('$id gives the recorded definitions', (golden) => {
  const path = new URL(golden.request?.path ?? '', 'http://localhost')
  const name = decodeURIComponent(path.pathname.split('/')[2] ?? '')
  if (name.startsWith('FileStream')) return
  const definitions = createPluginCatalog().definitions(name, path.searchParams.get('version'))
  expect(JSON.stringify(definitions)).toBe(golden.response?.body)
})
