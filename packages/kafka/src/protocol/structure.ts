// Structures and arrays: fields made of fields. A structure's reader and writer are built once per version, as arrays of functions.

import type { Field, FieldCodec, Fields, ReadOf, Span, WriteOf } from './field.ts'
import { malformed, type ProtocolReader } from './reader.ts'
import { ProtocolWriter } from './writer.ts'

/** Builds reader and writer of a list of fields for one version. Fields that this version lacks read as their default. */
export function structureCodec<F extends Fields>(
  fields: F,
  version: number,
  flexible: boolean,
): FieldCodec<ReadOf<F>, WriteOf<F>> {
  const plain: Step[] = []
  const tagged: Step[] = []
  const absent: [string, () => unknown][] = []
  for (const [name, field] of Object.entries(fields)) {
    const isPresent = version >= field.since && version <= field.until
    if (!isPresent) absent.push([name, field.fallback])
    else {
      const step = { name, tag: field.tag ?? -1, fallback: field.fallback, codec: field.codec(version, flexible) }
      if (field.tag === undefined) plain.push(step)
      else tagged.push(step)
    }
  }
  return {
    read: (reader) => {
      const value: Record<string, unknown> = {}
      for (const step of plain) value[step.name] = step.codec.read(reader)
      for (const [name, fallback] of absent) value[name] = fallback()
      if (flexible) readTagged(reader, tagged, value)
      return value as ReadOf<F>
    },
    write: (writer, value) => {
      const source = value as Record<string, unknown>
      for (const step of plain) {
        const given = source[step.name]
        step.codec.write(writer, given === undefined ? step.fallback() : given)
      }
      if (flexible) writeTagged(writer, tagged, source)
    },
  }
}

/** A structure that is always present. */
export function structure<F extends Fields>(fields: F, versions: Span = {}): Field<ReadOf<F>, WriteOf<F>, false> {
  return {
    since: versions.since ?? 0,
    until: versions.until ?? 0x7fff,
    tag: versions.tag,
    optional: false,
    fallback: () => emptyStructure(fields),
    shape: { kind: 'structure', isNullable: false, fields },
    codec: (version, flexible) => structureCodec(fields, version, flexible),
  }
}

/** A structure or null: as a tagged field null means absent; as a plain field a byte -1 stands for it. May be left out when writing. */
export function nullableStructure<F extends Fields>(
  fields: F,
  versions: Span = {},
): Field<ReadOf<F> | null, WriteOf<F> | null, true> {
  return {
    since: versions.since ?? 0,
    until: versions.until ?? 0x7fff,
    tag: versions.tag,
    optional: true,
    fallback: () => null,
    shape: { kind: 'structure', isNullable: true, fields },
    codec: (version, flexible) => {
      const inner = structureCodec(fields, version, flexible)
      if (versions.tag !== undefined)
        return { read: (r) => inner.read(r), write: (w, v) => v !== null && inner.write(w, v) }
      return {
        read: (reader) => (reader.int8() < 0 ? null : inner.read(reader)),
        write: (writer, value) => {
          writer.int8(value === null ? -1 : 1)
          if (value !== null) inner.write(writer, value)
        },
      }
    },
  }
}

type Element<R, W> = Field<R, W, boolean>

/** An array of structures or primitives, never null. */
export function array<R, W>(element: Element<R, W>, versions?: Span): Field<R[], readonly W[], false>
export function array<R, W>(element: Element<R, W>, versions: Span & { or: [] }): Field<R[], readonly W[], true>
export function array<R, W>(element: Element<R, W>, versions: object = {}): Field<R[], readonly W[], boolean> {
  const field = nullableArray(element, versions as Span)
  return {
    ...field,
    optional: 'or' in versions,
    fallback: () => [],
    shape: { kind: 'array', isNullable: false, element },
    codec: (version, flexible) => {
      const inner = field.codec(version, flexible)
      return { read: (reader) => inner.read(reader) ?? [], write: (writer, value) => inner.write(writer, value) }
    },
  }
}

/** An array or null. May be left out when writing, which writes null. */
export function nullableArray<R, W>(
  element: Element<R, W>,
  versions: Span = {},
): Field<R[] | null, readonly W[] | null, true> {
  return {
    since: versions.since ?? 0,
    until: versions.until ?? 0x7fff,
    tag: versions.tag,
    optional: true,
    fallback: () => null,
    shape: { kind: 'array', isNullable: true, element },
    codec: (version, flexible) => {
      const inner = element.codec(version, flexible)
      return {
        read: (reader) => {
          const length = reader.arrayLength(flexible)
          if (length === -1) return null
          const values: R[] = []
          for (let index = 0; index < length; index++) values.push(inner.read(reader))
          return values
        },
        write: (writer, value) => {
          writer.arrayLength(value === null ? -1 : value.length, flexible)
          if (value !== null) for (const one of value) inner.write(writer, one)
        },
      }
    },
  }
}

interface Step {
  readonly name: string
  readonly tag: number
  readonly fallback: () => unknown
  readonly codec: FieldCodec<unknown, unknown>
}

function emptyStructure<F extends Fields>(fields: F): ReadOf<F> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.fallback()])) as ReadOf<F>
}

function readTagged(reader: ProtocolReader, steps: readonly Step[], value: Record<string, unknown>): void {
  for (const step of steps) value[step.name] = step.fallback()
  reader.tagged((tag, size) => {
    const step = steps.find((candidate) => candidate.tag === tag)
    if (step === undefined) return false
    const before = reader.remaining
    value[step.name] = step.codec.read(reader)
    if (before - reader.remaining !== size) throw malformed(`tagged field ${tag} does not have its stated size`)
    return true
  })
}

/** Writes the tagged fields that differ from their default; each is written apart first because its size precedes it. */
function writeTagged(writer: ProtocolWriter, steps: readonly Step[], source: Record<string, unknown>): void {
  const present: [number, Buffer][] = []
  for (const step of steps) {
    const value = source[step.name]
    if (value === undefined || value === null || value === step.fallback()) continue
    if (Array.isArray(value) && value.length === 0) continue
    const inner = new ProtocolWriter()
    step.codec.write(inner, value)
    present.push([step.tag, inner.toBuffer()])
  }
  present.sort(([a], [b]) => a - b)
  writer.unsignedVarint(present.length)
  for (const [tag, bytes] of present) {
    writer.unsignedVarint(tag)
    writer.unsignedVarint(bytes.length)
    writer.raw(bytes)
  }
}
