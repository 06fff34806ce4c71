// Request and response headers. The header's version follows from API and version: flexible versions have tagged fields in it.

import { ApiVersions } from './api-versions.ts'
import type { AnyApi } from './message.ts'
import type { ProtocolReader } from './reader.ts'
import type { ProtocolWriter } from './writer.ts'

/** The part of a request header that is the same in every version. */
export interface RequestHeader {
  apiKey: number
  apiVersion: number
  correlationId: number
  clientId: string | null
}

/** Reads a header up to the client id. For a flexible version `skipHeaderTags` must follow. */
export function readRequestHeader(reader: ProtocolReader): RequestHeader {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  return { apiKey, apiVersion, correlationId, clientId: reader.nullableString(false) }
}

/** Skips the header's tagged fields where the version has them. */
export function skipHeaderTags(reader: ProtocolReader, api: AnyApi, version: number): void {
  if (version >= api.flexible) reader.tagged(() => false)
}

/** Writes a whole request header. */
export function writeRequestHeader(
  writer: ProtocolWriter,
  api: AnyApi,
  version: number,
  correlationId: number,
  clientId: string | null,
): void {
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(correlationId)
  writer.nullableString(clientId, false)
  if (version >= api.flexible) writer.unsignedVarint(0)
}

/** Writes a whole response header. */
export function writeResponseHeader(writer: ProtocolWriter, api: AnyApi, version: number, correlationId: number): void {
  writer.int32(correlationId)
  if (hasTags(api, version)) writer.unsignedVarint(0)
}

/** Reads a whole response header; returns the correlation id. */
export function readResponseHeader(reader: ProtocolReader, api: AnyApi, version: number): number {
  const correlationId = reader.int32()
  if (hasTags(api, version)) reader.tagged(() => false)
  return correlationId
}

/** ApiVersions answers without tags in the header always, so that a client can read the answer before it knows the broker. */
function hasTags(api: AnyApi, version: number): boolean {
  return version >= api.flexible && api.key !== ApiVersions.key
}
