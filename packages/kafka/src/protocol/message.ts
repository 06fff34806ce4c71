// One Kafka API: number, name, versions served, and the request and response of every version in both directions.

import { KafkaError } from '../error.ts'
import type { FieldCodec, Fields, ReadOf, WriteOf } from './field.ts'
import type { ProtocolReader } from './reader.ts'
import { structureCodec } from './structure.ts'
import type { ProtocolWriter } from './writer.ts'

/** One direction of an API. Each method throws KafkaError `UNSUPPORTED_VERSION` for a version out of range, else as reader and writer do. */
export interface Message<R, W> {
  readonly fields: Fields
  read(reader: ProtocolReader, version: number): R
  write(writer: ProtocolWriter, value: W, version: number): void
}

/** An API of the protocol. `flexible`: first version with compact lengths and tagged fields. */
export interface Api<Q, QW, S, SW> {
  readonly key: number
  readonly name: string
  readonly min: number
  readonly max: number
  readonly flexible: number
  readonly request: Message<Q, QW>
  readonly response: Message<S, SW>
}

/** An API whose types do not matter: for tables and look-ups by key. */
export type AnyApi = Pick<Api<unknown, never, unknown, never>, 'key' | 'name' | 'min' | 'max' | 'flexible'>

/** What a request of the API reads as. */
export type RequestOf<A> = A extends { request: Message<infer Q, infer _W> } ? Q : never
/** What a response of the API may be written from. */
export type ResponseInput<A> = A extends { response: Message<infer _R, infer W> } ? W : never
/** What a response of the API reads as. */
export type ResponseOf<A> = A extends { response: Message<infer R, infer _W> } ? R : never

/** Describes an API by the fields of its request and response. */
export function api<Q extends Fields, S extends Fields>(
  key: number,
  name: string,
  versions: { min: number; max: number; flexible: number },
  request: Q,
  response: S,
): Api<ReadOf<Q>, WriteOf<Q>, ReadOf<S>, WriteOf<S>> {
  const about = { key, name, ...versions }
  return { ...about, request: message(about, request), response: message(about, response) }
}

function message<F extends Fields>(about: AnyApi, fields: F): Message<ReadOf<F>, WriteOf<F>> {
  const codecs: (FieldCodec<ReadOf<F>, WriteOf<F>> | undefined)[] = []
  const codecOf = (version: number): FieldCodec<ReadOf<F>, WriteOf<F>> => {
    let codec = codecs[version]
    if (codec === undefined) {
      if (!Number.isInteger(version) || version < about.min || version > about.max) {
        throw new KafkaError(
          'UNSUPPORTED_VERSION',
          `${about.name} version ${version} is not served (${about.min} to ${about.max} are)`,
        )
      }
      codec = structureCodec(fields, version, version >= about.flexible)
      codecs[version] = codec
    }
    return codec
  }
  return {
    fields,
    read: (reader, version) => codecOf(version).read(reader),
    write: (writer, value, version) => codecOf(version).write(writer, value),
  }
}
