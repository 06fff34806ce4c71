// Options of how values are represented, named as the MySQL package's ValueOptions where they are the same.
import type { OptionReader } from '../option-reader.ts'

/** How names are made fit for Avro. */
export type NameAdjustment = 'none' | 'avro' | 'avro_unicode'

/** Representation of values and names. */
export interface ValueConfig {
  readonly decimalHandling: 'precise' | 'double' | 'string'
  readonly timePrecision: 'adaptive_time_microseconds' | 'connect' | 'isostring' | 'microseconds' | 'nanoseconds'
  readonly bigintUnsignedHandling: 'long' | 'precise'
  readonly binaryHandling: 'bytes' | 'base64' | 'base64-url-safe' | 'hex'
  readonly enableTimeAdjuster: boolean
  readonly schemaNameAdjustment: NameAdjustment
  readonly fieldNameAdjustment: NameAdjustment
  readonly unavailablePlaceholder: string
  readonly onConvertingFailure: 'warn' | 'fail' | 'skip'
}

const ADJUSTMENTS = ['none', 'avro', 'avro_unicode'] as const
const BINARY = ['bytes', 'base64', 'base64-url-safe', 'hex'] as const

/** Reads the representation options; faults go to the reader. */
export function valueConfig(reader: OptionReader): ValueConfig {
  const binary = (reader.text('binary.handling.mode') ?? 'bytes').toLowerCase()
  return {
    decimalHandling: reader.choice('decimal.handling.mode', ['precise', 'double', 'string'], 'precise'),
    timePrecision: reader.choice(
      'time.precision.mode',
      ['adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'],
      'adaptive_time_microseconds',
    ),
    bigintUnsignedHandling: reader.choice('bigint.unsigned.handling.mode', ['long', 'precise'], 'long'),
    // Debezium accepts any word here and takes an unknown one as `bytes`.
    binaryHandling: BINARY.find((mode) => mode === binary) ?? 'bytes',
    enableTimeAdjuster: reader.boolean('enable.time.adjuster', true),
    schemaNameAdjustment: reader.choice('schema.name.adjustment.mode', ADJUSTMENTS, 'none'),
    fieldNameAdjustment: fieldNameAdjustment(reader),
    unavailablePlaceholder: reader.text('unavailable.value.placeholder') ?? '',
    onConvertingFailure: reader.choice('event.converting.failure.handling.mode', ['warn', 'fail', 'skip'], 'warn'),
  }
}

function fieldNameAdjustment(reader: OptionReader): NameAdjustment {
  const chosen = reader.choice('field.name.adjustment.mode', ADJUSTMENTS, 'none')
  if (chosen !== 'none') return chosen
  const isAvro = (name: string) => /^(io\.confluent|io\.apicurio)\..*Avro/.test(reader.text(name) ?? '')
  return isAvro('key.converter') || isAvro('value.converter') ? 'avro' : 'none'
}
