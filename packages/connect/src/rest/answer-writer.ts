// Writes answers: bodies, error bodies, Location and the header of our own. Past fastify, which would add a Content-Type where Connect sends none.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { stringifyExact } from '../store/exact-json.ts'
import { acceptedType, JSON_TYPE } from './media-types.ts'
import { type Answer, RestError } from './resource.ts'

/** Bytes of a request body that are read at most. */
export const BODY_LIMIT_BYTES = 16 * 1024 * 1024

/** Writes a whole answer. `type` null: without Content-Type. */
export function send(response: ServerResponse, status: number, body: string, type: string | null = JSON_TYPE): void {
  if (response.headersSent) return
  if (type !== null) response.setHeader('content-type', type)
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body))
  response.writeHead(status).end(body)
}

/** Connect's error body. */
export function errorBody(status: number, message: string): string {
  return JSON.stringify({ error_code: status, message })
}

/** Writes what a handler answered. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer.location !== undefined) {
    const socket = request.socket as Partial<TLSSocket> & IncomingMessage['socket']
    const host = request.headers.host ?? `${socket.localAddress}:${socket.localPort}`
    response.setHeader('location', `${socket.encrypted === true ? 'https' : 'http'}://${host}${answer.location}`)
  }
  setHint(response, answer.hint)
  if (answer.text !== undefined) send(response, answer.status, answer.text.value, answer.text.type)
  else if (answer.body === undefined) send(response, answer.status, '', null)
  else send(response, answer.status, stringifyExact(answer.body), acceptedType(request.headers) ?? JSON_TYPE)
}

/** Answers OPTIONS with the methods that the path has. */
export function sendOptions(request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  response.setHeader('allow', allowed.join(','))
  const isJson = request.headers.accept?.includes(JSON_TYPE) ?? false
  send(response, 200, isJson ? '' : allowed.join(', '), isJson ? JSON_TYPE : 'text/plain')
}

/** Writes the answer to anything thrown. */
export function sendError(response: ServerResponse, error: unknown, log: Logger): void {
  const { status, message, hint } = answerTo(error, log)
  setHint(response, hint)
  send(response, status, errorBody(status, message))
}

/** Bodies are Connect's to the byte: what an operator can do stands in a header of our own. */
function setHint(response: ServerResponse, hint: string | undefined): void {
  if (hint) response.setHeader('millrace-hint', hint.replaceAll('\u2019', "'").replaceAll(/[^ -~]+/g, ' '))
}

/** Status, message and hint of an error. Unexpected errors are logged whole and answered without their text. */
function answerTo(error: unknown, log: Logger): { status: number; message: string; hint?: string } {
  if (error instanceof RestError || CdcError.is(error)) {
    const { message, hint } = error
    return { status: error instanceof RestError ? error.status : error.httpStatus, message, hint }
  }
  const status = (error as { statusCode?: unknown }).statusCode
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, message: status === 413 ? `The body is larger than ${BODY_LIMIT_BYTES} bytes` : `HTTP ${status}` }
  log.error({ error: String(error), stack: error instanceof Error ? error.stack : undefined }, 'a request failed')
  return { status: 500, message: 'An error that Millrace did not expect; the log has its details' }
}
