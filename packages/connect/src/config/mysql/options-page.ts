// Prints docs/reference/options-mysql.md from the tables of options, of what is not built, and of what each does.
// Run: node packages/connect/src/config/mysql/options-page.ts > docs/reference/options-mysql.md
import { mysqlDefinitions } from '../definitions/mysql.generated.ts'
import { optionNotes } from '../option-notes.ts'
import { unsupportedOptions } from './support.ts'
import { mysqlUndeclared } from './undeclared.ts'

/** The page as Markdown. */
export function optionsPage(): string {
  return [
    '# Options of the MySQL and MariaDB connectors',
    '',
    'Printed by `packages/connect/src/config/mysql/options-page.ts` from the option tables; do not edit by hand. Names, types and defaults are those',
    'of Debezium 3.6.1. `PUT /connector-plugins/MySqlConnector/config/validate` checks values with Debezium’s own messages. An option whose value',
    'is not built is refused at registration (400) and named; one marked "no effect" is accepted so that existing configurations work. Options of',
    'Debezium 1.x are accepted under their former names, with a warning.',
    '',
    '## Declared options',
    '',
    ...table(mysqlDefinitions),
    '',
    '## Further options',
    '',
    'Debezium reads these without listing them in its definitions.',
    '',
    ...table(mysqlUndeclared),
    '',
  ].join('\n')
}

interface Option {
  readonly name: string
  readonly type: string
  readonly default_value: string | null
}

function table(options: readonly Option[]): string[] {
  const lines = options.map(({ name, type, default_value: value }) => {
    const given = value === null ? '–' : `\`${value}\``
    return `| ${[`\`${name}\``, type.toLowerCase(), given, noteOf(name), stateOf(name)].map(cell).join(' | ')} |`
  })
  return ['| option | type | default | what it does | here |', '| --- | --- | --- | --- | --- |', ...lines]
}

function noteOf(name: string): string {
  return optionNotes[name]?.does ?? ''
}

function stateOf(name: string): string {
  const limit = unsupportedOptions.find((option) => option.name === name)
  if (optionNotes[name]?.hasEffect !== true) return 'no effect'
  if (limit === undefined) return 'built'
  const values = limit.harmless.filter((value) => value !== '' && !value.startsWith('io.debezium.'))
  return `built in part: ${limit.reason}${values.length === 0 ? '' : `; values: ${values.join(', ')}`}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (import.meta.main) process.stdout.write(optionsPage())
