// Options of Debezium's EventRouter, parsed.
import { CdcError } from '../../base/errors.ts'
import { eventRouterDefinitions } from '../../config/definitions/transforms.generated.ts'
import { compileJavaRegex } from '../../config/java-regex.ts'
import { OptionReader } from '../../config/option-reader.ts'

/** Where an additional column goes. */
export interface Placement {
  readonly field: string
  readonly place: 'header' | 'envelope' | 'partition'
  readonly alias: string
}

/** The router's configuration. */
export interface RouterOptions {
  readonly idField: string
  readonly keyField: string
  readonly payloadField: string
  readonly timestampField: string | null
  readonly versionField: string | null
  readonly placements: readonly Placement[]
  readonly failsOnMissing: boolean
  readonly onInvalidOperation: 'warn' | 'error' | 'fatal'
  readonly routeField: string
  readonly topicRegex: RegExp
  readonly topicReplacement: string
  readonly tombstoneOnEmptyPayload: boolean
  readonly expandsJson: boolean
  readonly keepsJsonNulls: boolean
  readonly keepsJsonEmptyArrays: boolean
}

/** Parses the options of one router. Throws CDC_CONFIG_INVALID with every fault. */
export function routerOptions(config: Readonly<Record<string, string>>): RouterOptions {
  const reader = new OptionReader(config, eventRouterDefinitions)
  const options: RouterOptions = {
    idField: reader.text('table.field.event.id') as string,
    keyField: reader.text('table.field.event.key') as string,
    payloadField: reader.text('table.field.event.payload') as string,
    timestampField: reader.optionalText('table.field.event.timestamp'),
    versionField: reader.optionalText('table.field.event.schema.version'),
    placements: placements(reader),
    failsOnMissing: reader.choice('table.field.additional.missing', ['error', 'ignore'], 'error') === 'error',
    onInvalidOperation: reader.choice('table.op.invalid.behavior', ['warn', 'error', 'fatal'], 'warn'),
    routeField: reader.text('route.by.field') as string,
    topicRegex: topicRegex(reader),
    topicReplacement: reader.text('route.topic.replacement') as string,
    tombstoneOnEmptyPayload: reader.boolean('route.tombstone.on.empty.payload', false),
    expandsJson: reader.boolean('table.expand.json.payload', false),
    keepsJsonNulls:
      reader.choice('table.json.payload.null.behavior', ['ignore', 'optional_bytes'], 'ignore') === 'optional_bytes',
    keepsJsonEmptyArrays:
      reader.choice('table.json.payload.empty.array.behavior', ['ignore', 'optional_string'], 'ignore') ===
      'optional_string',
  }
  reader.check()
  return options
}

function topicRegex(reader: OptionReader): RegExp {
  const text = reader.text('route.topic.regex') as string
  try {
    return compileJavaRegex(text, { isFullMatch: true })
  } catch (thrown) {
    const reason = `A regular expression is expected, but ${CdcError.from(thrown).message}`
    reader.fault('route.topic.regex', `The 'route.topic.regex' value is invalid: ${reason}`)
    return /^$/
  }
}

function placements(reader: OptionReader): Placement[] {
  const name = 'table.fields.additional.placement'
  const found: Placement[] = []
  for (const item of (reader.text(name) ?? '').split(',').map((part) => part.trim())) {
    if (item === '') continue
    const [field, place, alias, ...rest] = item.split(':').map((part) => part.trim())
    const kind = (['header', 'envelope', 'partition'] as const).find((word) => word === place?.toLowerCase())
    if (!field || kind === undefined || rest.length > 0) {
      const reason = `'${item}' is not of the form <column>:<header|envelope|partition>[:<alias>]`
      reader.fault(name, `The '${name}' value is invalid: ${reason}`)
    } else found.push({ field, place: kind, alias: alias || field })
  }
  return found
}
