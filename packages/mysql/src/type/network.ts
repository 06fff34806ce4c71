// MariaDB's UUID, INET4 and INET6: text. The log holds the bytes in the order in which they are read, without the zeros at their end.
import { writeConstant } from '../text/json-literal.ts'
import { writeUtf8 } from '../text/json-text.ts'
import type { ColumnType } from './column-type.ts'
import { MYSQL_TYPE_STRING } from './type-codes.ts'
import { mismatch, schemaOf, statedDefault, type TypeRequest } from './type-request.ts'

/** Compiles UUID: lower-case digits in five groups. */
export function uuidType(request: TypeRequest): ColumnType {
  return fixedType(request, 16, uuidText, 'io.debezium.data.Uuid')
}

/** Compiles INET4: `192.0.2.1`. */
export function inet4Type(request: TypeRequest): ColumnType {
  return fixedType(request, 4, (bytes) => bytes.join('.'))
}

/** Compiles INET6, as the server prints it. */
export function inet6Type(request: TypeRequest): ColumnType {
  return fixedType(request, 16, inet6Text)
}

function fixedType(request: TypeRequest, size: number, textOf: (bytes: Buffer) => string, name?: string): ColumnType {
  // Debezium leaves a UUID's default out, and has no INET4 and INET6.
  const schema = schemaOf(
    request,
    'string',
    name === undefined ? { default: statedDefault(request) ?? undefined } : { name },
  )
  if (request.form === 'text') {
    return { schema, read: (bytes, start, end) => bytes.toString('latin1', start, end), writeJson: writeUtf8 }
  }
  if (request.binlog?.typeCode !== MYSQL_TYPE_STRING || request.binlog.meta !== size) throw mismatch(request)
  const scratch = Buffer.alloc(size)
  const read = (bytes: Buffer, start: number, end: number): string => {
    scratch.fill(0, bytes.copy(scratch, 0, start, Math.min(end, start + size)))
    return textOf(scratch)
  }
  return {
    schema,
    read,
    // The texts are ASCII and have nothing to escape.
    writeJson: (bytes, start, end, sink) => writeConstant(Buffer.from(`"${read(bytes, start, end)}"`, 'latin1'), sink),
  }
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/**
 * Eight groups, the longest run of zero groups (the first of several; one alone too) as `::`; the last four bytes as INET4 where the address
 * is an IPv4-mapped or IPv4-compatible one.
 */
function inet6Text(bytes: Buffer): string {
  const groups = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => bytes.readUInt16BE(i * 2))
  let from = 0
  let length = 0
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && groups[i + run] === 0) run++
    if (run > length) {
      from = i
      length = run
    }
  }
  const isMapped = from === 0 && length === 5 && groups[5] === 0xffff
  const isCompatible = from === 0 && length === 6
  if (isMapped || isCompatible) return `${isMapped ? '::ffff:' : '::'}${bytes.subarray(12).join('.')}`
  const text = (some: readonly number[]) => some.map((group) => group.toString(16)).join(':')
  if (length === 0) return text(groups)
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`
}
