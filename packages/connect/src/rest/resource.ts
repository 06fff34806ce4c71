// What a REST resource is: a path and a handler for each method. Everything that all resources share (OPTIONS, 405, 415, error bodies)
// is done once, by rest-server.ts.
import type { JsonValue } from './json-reader.ts'

/** One request to a resource, already routed. */
export interface Call {
  /** Path parameter, percent-decoded. */
  param(name: string): string
  readonly query: URLSearchParams
  /** Value of a header, lower-case name. */
  header(name: string): string | undefined
  /** The body as text; empty without one. */
  readonly text: string
  /** The body as JSON; undefined when it is blank. Errors: RestError 500 with what is wrong, as Connect answers. */
  json(): JsonValue | undefined
}

/** An answer. `body` undefined: none. `location`: path below the server's base address. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly location?: string
  /** A body that is no JSON, in place of `body`. */
  readonly text?: { readonly type: string; readonly value: string }
  /** What can be done about problems that the body tells of; goes into a header, since bodies are Connect's to the byte. */
  readonly hint?: string
}

/** A handler. It may throw: RestError and CdcError become Connect's error bodies. */
export type Handler = (call: Call) => Answer | Promise<Answer>

/** Methods that resources handle themselves; HEAD and OPTIONS follow from them. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A resource. `path` is a fastify pattern. */
export interface Resource {
  readonly path: string
  readonly methods: Partial<Readonly<Record<Method, Handler>>>
  /** Its answers are text: what the client accepts is not asked. */
  readonly isText?: boolean
  /** Methods that workers call among themselves with a signature: they need no login. */
  readonly signed?: readonly Method[]
}

/** An error with the status and message of its answer. */
export class RestError extends Error {
  readonly status: number
  /** What can be done; empty when the message says it. */
  readonly hint: string

  constructor(status: number, message: string, hint = '') {
    super(message)
    this.status = status
    this.hint = hint
  }
}

/** True for `true` in any case, as Java parses booleans; absent gives `absent`. */
export function flagOf(call: Call, name: string, absent = false): boolean {
  const value = call.query.get(name)
  return value === null ? absent : value.toLowerCase() === 'true'
}

/** A task id. Errors: 404 for what is no 32-bit integer. */
export function taskOf(call: Call): number {
  const text = call.param('task')
  const task = Number(text)
  if (!/^[+-]?\d+$/.test(text) || task > 2147483647 || task < -2147483648)
    throw new RestError(404, 'HTTP 404 Not Found')
  return task
}
