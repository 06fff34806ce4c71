// The parts from which messages are described: a field has a type, a range of versions and a default; the description of a message is an
// object of fields in wire order. From it come the TypeScript type, the reader and the writer (message.ts).

import type { ProtocolReader } from './reader.ts'
import type { ProtocolWriter } from './writer.ts'

/** What a field is made of, for programs that walk over a description (tests, documentation). */
export type Shape =
  | { readonly kind: 'bool' | 'int8' | 'int16' | 'uint16' | 'int32' | 'int64' | 'float64' | 'uuid' }
  | { readonly kind: 'string' | 'bytes' | 'records'; readonly isNullable: boolean }
  | { readonly kind: 'array'; readonly isNullable: boolean; readonly element: AnyField }
  | { readonly kind: 'structure'; readonly isNullable: boolean; readonly fields: Fields }

/** How one field's value is read and written at a given version. `R`: value as read; `W`: value as accepted for writing. */
export interface FieldCodec<R, W> {
  read(reader: ProtocolReader): R
  write(writer: ProtocolWriter, value: W): void
}

/**
 * One field of a message. `since` and `until`: versions in which it stands on the wire (both included); `tag`: its number when it is a
 * tagged field; `fallback`: its value where it is absent; `shape`: what it is made of; `optional`: a writer may leave it out. `codec` builds reader and writer for a
 * version.
 */
export interface Field<R, W = R, O extends boolean = boolean> {
  readonly since: number
  readonly until: number
  readonly tag: number | undefined
  readonly optional: O
  readonly fallback: () => R
  readonly shape: Shape
  readonly codec: (version: number, flexible: boolean) => FieldCodec<R, W>
}

/** The fields of a message or structure, by name, in wire order. */
export type Fields = Readonly<Record<string, AnyField>>

/** A field of any type. */
export type AnyField = Field<unknown, unknown, boolean>

/** What reading the fields yields. */
export type ReadOf<F extends Fields> = {
  -readonly [K in keyof F]: F[K] extends Field<infer R, infer _W, infer _O> ? R : never
}

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F]
type WriteValue<X> = X extends Field<infer _R, infer W, infer _O> ? W : never

/** What writing the fields takes: fields with a stated default may be left out. */
export type WriteOf<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: WriteValue<F[K]> } & {
  [K in OptionalKeys<F>]?: WriteValue<F[K]> | undefined
}

/** In which versions a field stands on the wire, and its tag if it is a tagged field. */
export interface Span {
  since?: number
  until?: number
  tag?: number
}

/** Versions and default of a field. A field with `or` may be left out when writing. */
export interface Versions<T> extends Span {
  or?: T
}

type Primitive<T> = {
  (versions: Versions<T> & { or: T }): Field<T, T, true>
  (versions?: Versions<T>): Field<T, T, false>
}

const ANY_VERSION = 0x7fff

function primitive<T>(shape: Shape, zero: T, codec: (flexible: boolean) => FieldCodec<T, T>): Primitive<T> {
  const make = (versions: Versions<T> = {}): Field<T, T, boolean> => {
    const fallback = 'or' in versions ? (versions.or as T) : zero
    return {
      since: versions.since ?? 0,
      until: versions.until ?? ANY_VERSION,
      tag: versions.tag,
      optional: 'or' in versions,
      fallback: () => fallback,
      shape,
      codec: (_version, flexible) => codec(flexible),
    }
  }
  return make as Primitive<T>
}

const fixed = <T>(
  kind: 'bool' | 'int8' | 'int16' | 'uint16' | 'int32' | 'int64' | 'float64' | 'uuid',
  zero: T,
  read: (reader: ProtocolReader) => T,
  write: (writer: ProtocolWriter, value: T) => void,
): Primitive<T> => primitive({ kind }, zero, () => ({ read, write }))

/** A signed byte. */
export const int8 = fixed(
  'int8',
  0,
  (r) => r.int8(),
  (w, v) => w.int8(v),
)
/** A byte 0 or 1. */
export const bool = fixed(
  'bool',
  false,
  (r) => r.bool(),
  (w, v) => w.bool(v),
)
/** A signed 16-bit integer. */
export const int16 = fixed(
  'int16',
  0,
  (r) => r.int16(),
  (w, v) => w.int16(v),
)
/** An unsigned 16-bit integer. */
export const uint16 = fixed(
  'uint16',
  0,
  (r) => r.uint16(),
  (w, v) => w.uint16(v),
)
/** A signed 32-bit integer. */
export const int32 = fixed(
  'int32',
  0,
  (r) => r.int32(),
  (w, v) => w.int32(v),
)
/** A 64-bit integer as a number, see ProtocolReader.int64. */
export const int64 = fixed(
  'int64',
  0,
  (r) => r.int64(),
  (w, v) => w.int64(v),
)
/** A double. */
export const float64 = fixed(
  'float64',
  0,
  (r) => r.float64(),
  (w, v) => w.float64(v),
)
/** The UUID that stands for "none". */
export const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
/** 16 bytes, as text with dashes. */
export const uuid = fixed(
  'uuid',
  ZERO_UUID,
  (r) => r.uuid(),
  (w, v) => w.uuid(v),
)
/** A string that must not be null. */
export const string = primitive({ kind: 'string', isNullable: false }, '', (flexible) => ({
  read: (r) => notNull(r.nullableString(flexible), ''),
  write: (w, v) => w.nullableString(v, flexible),
}))
/** A string or null. */
export const nullableString = primitive<string | null>({ kind: 'string', isNullable: true }, null, (flexible) => ({
  read: (r) => r.nullableString(flexible),
  write: (w, v) => w.nullableString(v, flexible),
}))
const EMPTY = Buffer.alloc(0)
/** Bytes that must not be null; read as a view of the frame. */
export const bytes = primitive<Uint8Array>({ kind: 'bytes', isNullable: false }, EMPTY, (flexible) => ({
  read: (r) => notNull(r.nullableBytes(flexible), EMPTY),
  write: (w, v) => w.nullableBytes(v, flexible),
}))
/** Record batches or null; read as a view of the frame, written by reference. */
export const records = primitive<Buffer | null>({ kind: 'records', isNullable: true }, null, (flexible) => ({
  read: (r) => r.nullableBytes(flexible),
  write: (w, v) => w.nullableBytes(v, flexible),
}))

/** Some old clients send a null where the format has none; Kafka's own reader refuses it, ours takes it as empty. */
function notNull<T>(value: T | null, empty: T): T {
  return value ?? empty
}
