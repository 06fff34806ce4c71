// Answers ApiVersions from the table of what is served.

import { errorNumber } from '../../error.ts'
import { ApiVersions } from '../../protocol/api-versions.ts'
import { writeResponseHeader } from '../../protocol/header.ts'
import type { AnyApi, ResponseInput } from '../../protocol/message.ts'
import { Produce } from '../../protocol/produce.ts'
import { ProtocolWriter } from '../../protocol/writer.ts'

/**
 * What is served, as the answer lists it. Produce is listed from version 0 although 3 is the lowest served: older librdkafka looks for
 * version 0 to decide whether it may compress (a real broker does the same since 4.0).
 */
export function servedVersions(served: readonly AnyApi[]): ResponseInput<typeof ApiVersions>['apiKeys'] {
  return served.map(({ key, min, max }) => ({
    apiKey: key,
    minVersion: key === Produce.key ? 0 : min,
    maxVersion: max,
  }))
}

/** The whole answer to a version of ApiVersions that is not known: version 0, with the error and what is served. */
export function unknownVersionAnswer(correlationId: number, served: readonly AnyApi[]): Uint8Array[] {
  const writer = new ProtocolWriter()
  writeResponseHeader(writer, ApiVersions, 0, correlationId)
  ApiVersions.response.write(
    writer,
    { errorCode: errorNumber('UNSUPPORTED_VERSION'), apiKeys: servedVersions(served) },
    0,
  )
  return writer.finish()
}
