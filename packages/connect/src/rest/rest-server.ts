// The HTTP server: routing, media types, error bodies. What the resources do stands in their own files.
import { createServer, type IncomingMessage, METHODS, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { portHolder } from '@millrace/kafka'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { stringifyExact } from '../store/exact-json.ts'
import { javaMapOrder } from '../store/java-map.ts'
import { type FrontDoorOptions, refusalOf, refuse } from './front-door.ts'
import { JsonSyntaxError, readJson } from './json-reader.ts'
import { type Answer, type Call, type Method, type Resource, RestError } from './resource.ts'

/** What the server is made of. */
export interface RestServerOptions {
  readonly resources: readonly Resource[]
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly hostNames?: readonly string[]
  readonly origins?: readonly string[]
  readonly log: Logger
}

/** A listening server. */
export interface RestServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

const BODY_LIMIT_BYTES = 16 * 1024 * 1024
const JSON_TYPE = 'application/json'

/**
 * Starts the server.
 * Errors: CDC_CONFIG_INVALID when the port is taken or the address is not of this host, with the remedy.
 */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const { host, log } = options
  const isLoopback = host === '127.0.0.1' || host === '::1' || host === 'localhost'
  const door: FrontDoorOptions = { isLoopback, hostNames: options.hostNames ?? [], origins: options.origins ?? [] }
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    rewriteUrl: (request) => withoutMatrix(request.url ?? '/'),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket),
    serverFactory: (handler): Server =>
      createServer((request, response) => {
        const refusal = refusalOf(request, door)
        if (refusal) refuse(response, refusal)
        else handler(request, response)
      }),
  })
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setNotFoundHandler((_request, reply) => send(reply, 404, errorBody(404, 'HTTP 404 Not Found'), null))
  app.setErrorHandler((error, _request, reply) => {
    sendError(reply, error, log)
  })
  for (const resource of options.resources) addResource(app, resource, log)
  try {
    await app.listen({ host, port: options.port })
  } catch (error) {
    throw listenError(error, host, options.port)
  }
  const { port } = app.server.address() as AddressInfo
  return {
    host,
    port,
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

function addResource(app: FastifyInstance, resource: Resource, log: Logger): void {
  const { GET } = resource.methods
  const names = [...Object.keys(resource.methods), ...(GET ? ['HEAD'] : []), 'OPTIONS']
  const allowed = javaMapOrder(names.map((name) => [name, null])).map(([name]) => name)
  app.route({
    method: [...app.supportedMethods] as 'GET'[],
    url: resource.path,
    handler: async (request, reply) => {
      const method: string = request.method
      const handler = method === 'HEAD' ? GET : resource.methods[method as Method]
      if (method === 'OPTIONS') return sendOptions(request, reply, allowed)
      if (!handler) return send(reply, 405, errorBody(405, 'HTTP 405 Method Not Allowed'), null)
      const refusal = mediaRefusal(request)
      if (refusal) return send(reply, refusal.status, errorBody(refusal.status, refusal.message), refusal.type)
      try {
        sendAnswer(request, reply, await handler(callOf(request)))
      } catch (error) {
        sendError(reply, error, log)
      }
    },
  })
}

function callOf(request: FastifyRequest): Call {
  const params = request.params as Record<string, string>
  const text = typeof request.body === 'string' ? request.body : ''
  return {
    param: (name) => params[name]!,
    query: new URL(request.url, 'http://localhost').searchParams,
    header: (name) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value[0] : value
    },
    text,
    json: () => {
      try {
        return readJson(text)
      } catch (error) {
        throw error instanceof JsonSyntaxError ? new RestError(500, error.message) : error
      }
    },
  }
}

/** 415 and 406. Connect finds the media type wrong before the resource answers, hence without a Content-Type; a missing one only later. */
function mediaRefusal(request: FastifyRequest): { status: number; message: string; type: string | null } | null {
  const given = request.headers['content-type']
  const hasBody = typeof request.body === 'string' && request.body !== ''
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const unsupported = { status: 415, message: 'HTTP 415 Unsupported Media Type' }
    if (given === undefined && hasBody) return { ...unsupported, type: JSON_TYPE }
    if (given !== undefined && !/^\s*(?:application\/(?:json|\*)|\*\/\*)\s*(?:;|$)/i.test(given))
      return { ...unsupported, type: null }
  }
  return acceptedType(request) === null ? { status: 406, message: 'HTTP 406 Not Acceptable', type: null } : null
}

/** The media type of the answer: JSON, with the parameters that the client asked for; null when it accepts none. */
function acceptedType(request: FastifyRequest): string | null {
  const accept = request.headers.accept
  if (accept === undefined || accept.trim() === '') return JSON_TYPE
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (type !== JSON_TYPE && type !== 'application/*' && type !== '*/*') continue
    if (parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) continue
    const charset = parameters.find((parameter) => parameter.startsWith('charset='))
    return charset && type === JSON_TYPE ? `${JSON_TYPE};${charset}` : JSON_TYPE
  }
  return null
}

function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): void {
  if (answer.location !== undefined) {
    const { localAddress, localPort } = request.raw.socket
    const host = request.headers.host ?? `${localAddress}:${localPort}`
    reply.raw.setHeader('location', `http://${host}${answer.location}`)
  }
  setHint(reply, answer.hint)
  if (answer.body === undefined) send(reply, answer.status, '', null)
  else send(reply, answer.status, stringifyExact(answer.body), acceptedType(request) ?? JSON_TYPE)
}

function sendOptions(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  reply.raw.setHeader('allow', allowed.join(','))
  const isJson = request.headers.accept?.includes(JSON_TYPE) ?? false
  send(reply, 200, isJson ? '' : allowed.join(', '), isJson ? JSON_TYPE : 'text/plain')
}

/** Writes an answer past fastify, which would add a Content-Type where Connect sends none. */
function send(reply: FastifyReply, status: number, body: string, type: string | null = JSON_TYPE): void {
  reply.hijack()
  const response: ServerResponse<IncomingMessage> = reply.raw
  if (type !== null) response.setHeader('content-type', type)
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body))
  response.writeHead(status).end(body)
}

function errorBody(status: number, message: string): string {
  return JSON.stringify({ error_code: status, message })
}

function sendError(reply: FastifyReply, error: unknown, log: Logger): void {
  const { status, message, hint } = answerTo(error, log)
  setHint(reply, hint)
  send(reply, status, errorBody(status, message))
}

/** Bodies are Connect's to the byte: what an operator can do stands in a header of our own. */
function setHint(reply: FastifyReply, hint: string | undefined): void {
  if (hint) reply.raw.setHeader('millrace-hint', hint.replaceAll('\u2019', "'").replaceAll(/[^ -~]+/g, ' '))
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

/** Connect's paths take no matrix parameters: `;x=y` after a segment is ignored. */
function withoutMatrix(url: string): string {
  const [path, ...query] = url.split('?')
  const bare = path!.replace(/;[^/]*/g, '')
  return query.length === 0 ? bare : `${bare}?${query.join('?')}`
}

/** Bytes that are no HTTP request. A method that Node does not know is answered like a method that no resource has. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [line, body] =
    error.code === 'HPE_INVALID_METHOD'
      ? ['405 Method Not Allowed', errorBody(405, 'HTTP 405 Method Not Allowed')]
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', '']
        : ['400 Bad Request', '']
  socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function listenError(error: unknown, host: string, port: number): CdcError {
  const code = (error as { code?: string }).code
  if (code === 'EADDRINUSE') {
    const holder = portHolder(port)
    const by = holder === undefined ? '' : ` by ${holder}`
    return new CdcError('CDC_CONFIG_INVALID', `Port ${port} on ${host} is in use${by}`, {
      hint: 'End the program that uses it, or choose another port with --rest-port or the worker option listeners.',
      cause: error,
    })
  }
  return new CdcError(
    'CDC_CONFIG_INVALID',
    `The REST interface cannot listen on ${host}:${port} (${code ?? 'unknown'})`,
    {
      hint: 'Check the address and port of the worker option listeners.',
      cause: error,
    },
  )
}
