// The file source as a connector plugin: its options, their rules, its task and the checks of its offsets.
import { CdcError } from '../../base/errors.ts'
import { type ConfigDefinition, define } from '../../config/definition.ts'
import type { FieldRules } from '../../config/validation/config-def.ts'

const GROUPLESS = [null, -1, 'NONE'] as const

/** Options of Kafka's FileStreamSourceConnector. */
export const fileSourceDefinitions: readonly ConfigDefinition[] = [
  define(
    'file',
    'STRING',
    false,
    null,
    'HIGH',
    ...GROUPLESS,
    'file',
    'Source filename. If not specified, the standard input will be used',
  ),
  define('topic', 'STRING', true, null, 'HIGH', ...GROUPLESS, 'topic', 'The topic to publish data to'),
  define(
    'batch.size',
    'INT',
    false,
    '2000',
    'LOW',
    ...GROUPLESS,
    'batch.size',
    'The maximum number of records the source task can read from the file each time it is polled',
  ),
]

/** Rules of these options. */
export const fileSourceRules: FieldRules = {
  topic: { reason: (value) => (value === '' ? 'String must be non-empty' : null) },
}

/** Refuses offsets that cannot be a place in a file, with the words of Kafka's connector. */
export function checkFileOffsets(offsets: readonly { readonly partition: unknown; readonly offset: unknown }[]): void {
  for (const { partition, offset } of offsets) {
    if (offset === null) continue
    const position = (offset as { readonly position?: unknown }).position
    if (typeof partition !== 'object' || partition === null || !Object.hasOwn(partition, 'filename'))
      throw refusal("Partition objects should contain the key 'filename'")
    if (typeof position !== 'number' || !Number.isInteger(position))
      throw refusal("The value for the 'position' key in the offset is expected to be a Long value")
    if (position < 0) throw refusal("The value for the 'position' key in the offset should be a non-negative value")
  }
}

function refusal(message: string): CdcError {
  return new CdcError('CDC_STATE_BAD_REQUEST', message, { httpStatus: 500 })
}
