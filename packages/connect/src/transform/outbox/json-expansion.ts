// Expansion of a JSON text into a Connect struct whose schema is inferred from the text, as Debezium's outbox router does it.
import { CdcError } from '../../base/errors.ts'
import { JsonNumber, type JsonTree } from '../../data/json-text.ts'
import type { ConnectField, ConnectSchema } from '../../data/schema.ts'
import { arrayOf, field, primitive, schemaEquals, structOf } from '../../data/schema-builder.ts'

/** What becomes of members that have no type of their own; by default they are left out. */
export interface ExpansionOptions {
  readonly keepsNulls: boolean
  readonly keepsEmptyArrays: boolean
}

const OPTIONAL = { optional: true } as const
const INT32 = primitive('int32', OPTIONAL)
const INT64 = primitive('int64', OPTIONAL)
const FLOAT64 = primitive('float64', OPTIONAL)
const TEXT = primitive('string', OPTIONAL)
const BOOLEAN = primitive('boolean', OPTIONAL)
const BYTES = primitive('bytes', OPTIONAL)

/**
 * Infers the schema of a JSON value; structs are named by their path from `name`. Null where nothing can be said (null, empty array).
 * Throws CDC_DATA_INVALID for arrays whose members differ in kind.
 */
export function inferSchema(name: string | null, tree: JsonTree, options: ExpansionOptions): ConnectSchema | null {
  if (typeof tree === 'string') return TEXT
  if (typeof tree === 'boolean') return BOOLEAN
  if (tree instanceof JsonNumber) return numberSchema(tree)
  if (tree === null) return options.keepsNulls ? BYTES : null
  if (Array.isArray(tree)) {
    if (tree.length > 0) return arrayOf(memberSchema(name, tree, options), OPTIONAL)
    return options.keepsEmptyArrays ? arrayOf(TEXT, OPTIONAL) : null
  }
  const fields: ConnectField[] = []
  for (const [key, value] of tree) {
    const schema = inferSchema(name ? `${name}.${key}` : key, value, options)
    if (schema !== null) fields.push(field(key, schema))
  }
  return structOf(fields, name === null ? OPTIONAL : { ...OPTIONAL, name })
}

function numberSchema(number: JsonNumber): ConnectSchema {
  if (!number.isInteger) return FLOAT64
  const value = BigInt(number.text)
  if (BigInt.asIntN(32, value) === value) return INT32
  return BigInt.asIntN(64, value) === value ? INT64 : FLOAT64
}

function memberSchema(name: string | null, items: readonly JsonTree[], options: ExpansionOptions): ConnectSchema {
  const sample = firstMember(items)
  if (sample instanceof Map) {
    const distinct: ConnectSchema[] = []
    for (const item of items) {
      if (!(item instanceof Map)) continue
      const schema = inferSchema(name, item, options) as ConnectSchema
      if (!distinct.some((known) => schemaEquals(known, schema))) distinct.push(schema)
    }
    // Debezium merges in the order of a hash set; the recorded order is the reverse of the appearance.
    return distinct.reverse().reduce(mergeSchemas)
  }
  const schema = inferSchema(null, sample, options)
  if (schema === null) throw new CdcError('CDC_DATA_INVALID', 'An array of the JSON payload has no member with a type')
  return schema
}

/** The first member that is not null; all others must be of its kind, numbers even of its width. */
function firstMember(items: readonly JsonTree[]): JsonTree {
  const present = items.filter((item) => item !== null)
  const [first] = present
  if (first === undefined) return null
  const isSame = present.every(
    (item) =>
      kindOf(item) === kindOf(first) &&
      (!(item instanceof JsonNumber) || numberSchema(item) === numberSchema(first as JsonNumber)),
  )
  if (!isSame) throw new CdcError('CDC_DATA_INVALID', 'An array of the JSON payload is not homogeneous')
  return first
}

function kindOf(tree: JsonTree): string {
  if (Array.isArray(tree)) return 'array'
  if (tree instanceof JsonNumber) return 'number'
  return tree instanceof Map ? 'object' : typeof tree
}

function mergeSchemas(left: ConnectSchema, right: ConnectSchema): ConnectSchema {
  const fields = new Map((left.fields ?? []).map((entry) => [entry.name, entry]))
  for (const entry of right.fields ?? []) {
    const known = fields.get(entry.name)
    const replaces = known === undefined || (known.schema.kind === 'bytes' && entry.schema.kind !== 'bytes')
    if (replaces) fields.set(entry.name, entry)
  }
  // A merged schema is not optional: Debezium copies name and version only.
  return structOf([...fields.values()], left.name === undefined ? {} : { name: left.name })
}

/** The Connect value of a JSON value under its inferred schema. Throws CDC_DATA_INVALID where they do not fit. */
export function expandValue(tree: JsonTree, schema: ConnectSchema): unknown {
  if (tree === null) return null
  switch (schema.kind) {
    case 'struct':
      if (!(tree instanceof Map)) break
      return {
        schema,
        values: (schema.fields ?? []).map((entry) => {
          const member = tree.get(entry.name)
          return member === undefined ? null : expandValue(member, entry.schema)
        }),
      }
    case 'array':
      if (!Array.isArray(tree)) break
      return tree.map((item) => expandValue(item, schema.items as ConnectSchema))
    case 'int32':
      if (tree instanceof JsonNumber && numberSchema(tree) === INT32) return Number(tree.text)
      break
    case 'int64':
      if (tree instanceof JsonNumber && numberSchema(tree) === INT64) return BigInt(tree.text)
      break
    case 'float64':
      if (tree instanceof JsonNumber && !tree.isInteger) return Number(tree.text)
      break
    default:
      if (
        (schema.kind === 'string' && typeof tree === 'string') ||
        (schema.kind === 'boolean' && typeof tree === 'boolean')
      ) {
        return tree
      }
  }
  throw new CdcError('CDC_DATA_INVALID', `A value of the JSON payload does not fit the schema ${schema.kind}`)
}
