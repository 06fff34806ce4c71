// The HTTP server: listeners, routing, who may call. What the resources do stands in their own files.
import { createServer, type IncomingMessage, METHODS, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { portHolder } from '@millrace/kafka'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { CdcError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { javaMapOrder } from '../store/java-map.ts'
import { ForwardNeeded } from '../worker/group/forward.ts'
import type { Listener } from '../worker/listeners.ts'
import { BODY_LIMIT_BYTES, errorBody, send, sendAnswer, sendError, sendOptions } from './answer-writer.ts'
import type { Authenticator } from './basic-auth.ts'
import { forwarded } from './forward.ts'
import { type FrontDoorOptions, refusalOf, refuse } from './front-door.ts'
import { JsonSyntaxError, readJson } from './json-reader.ts'
import type { ListenerTls } from './listener-tls.ts'
import { JSON_TYPE, mediaRefusal, untypedBodyRefusal } from './media-types.ts'
import { type Answer, type Call, type Method, type Resource, RestError } from './resource.ts'
import type { HeaderRule } from './response-headers.ts'

/** What the server is made of. */
export interface RestServerOptions {
  readonly resources: readonly Resource[]
  /** At least one; all serve the same resources. */
  readonly listeners: readonly Listener[]
  /** For https listeners. */
  readonly tls?: ListenerTls | null
  readonly hostNames?: readonly string[]
  readonly origins?: readonly string[]
  /** Who is let in; null: everybody. */
  readonly authenticator?: Authenticator | null
  readonly headerRules?: readonly HeaderRule[]
  readonly log: Logger
}

/** A listening server. Host and port are those of its first listener. */
export interface RestServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** `http://host:port` of every listener. */
  readonly addresses: readonly string[]
}

const HEADER_LIMIT_BYTES = 16 * 1024
const REQUEST_TIMEOUT_MS = 300_000

/**
 * Starts the server.
 * Errors: CDC_CONFIG_INVALID when a port is taken or an address is not of this host, with the remedy.
 */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const { log, tls } = options
  let route: RequestListener = () => {}
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    rewriteUrl: (request) => withoutMatrix(request.url ?? '/'),
    serverFactory: (handler): Server => {
      route = handler
      return createServer() // never listens: the listeners below hand their requests to the handler
    },
  })
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setNotFoundHandler((_request, reply) => {
    reply.hijack()
    send(reply.raw, 404, errorBody(404, 'HTTP 404 Not Found'), null)
  })
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack()
    sendError(reply.raw, error, log)
  })
  for (const resource of options.resources) addResource(app, resource, options)
  await app.ready()
  await using stack = new AsyncDisposableStack()
  stack.defer(() => app.close())
  const addresses: string[] = []
  let port = 0
  for (const listener of options.listeners) {
    const server = openServer(
      listener,
      tls ?? null,
      guarded(listener, options, (...call) => route(...call)),
    )
    stack.defer(() => closed(server))
    const taken = await listening(server, listener)
    if (addresses.length === 0) port = taken
    const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host
    addresses.push(`${listener.isTls ? 'https' : 'http'}://${host}:${taken}`)
  }
  const owned = stack.move()
  return { host: options.listeners[0]!.host, port, addresses, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** The front door stands before the routes: what does not pass it is never read. */
function guarded(listener: Listener, options: RestServerOptions, route: RequestListener): RequestListener {
  const { host } = listener
  const isLoopback = host === '127.0.0.1' || host === '::1' || host === 'localhost'
  const door: FrontDoorOptions = { isLoopback, hostNames: options.hostNames ?? [], origins: options.origins ?? [] }
  const rules = options.headerRules ?? []
  return (request, response) => {
    for (const rule of rules) rule(request, response)
    const refusal = refusalOf(request, door)
    if (refusal) refuse(response, refusal)
    else route(request, response)
  }
}

function openServer(listener: Listener, tls: ListenerTls | null, handler: RequestListener): Server {
  const limits = { maxHeaderSize: HEADER_LIMIT_BYTES, requestTimeout: REQUEST_TIMEOUT_MS }
  if (!listener.isTls) return createServer(limits, handler).on('clientError', answerBrokenRequest)
  if (tls === null) throw new CdcError('CDC_INTERNAL', 'an https listener has no certificate')
  try {
    return createTlsServer({ ...limits, ...tls }, handler).on('clientError', answerBrokenRequest) as unknown as Server
  } catch (cause) {
    throw new CdcError('CDC_CONNECT_TLS', `The key, certificate or ciphers of the https listener cannot be used`, {
      hint: `Check the ssl.* settings of the worker (${(cause as { code?: string }).code ?? 'unknown reason'}).`,
      cause,
    })
  }
}

function listening(server: Server, { host, port }: Listener): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)))
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port))
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function addResource(app: FastifyInstance, resource: Resource, options: RestServerOptions): void {
  const { GET } = resource.methods
  const { log, authenticator } = options
  const names = [...Object.keys(resource.methods), ...(GET ? ['HEAD'] : []), 'OPTIONS']
  const allowed = javaMapOrder(names.map((name) => [name, null])).map(([name]) => name)
  const handlerOf = (method: string) => (method === 'HEAD' ? GET : resource.methods[method as Method])
  app.route({
    method: [...app.supportedMethods] as 'GET'[],
    url: resource.path,
    // Before the body is read: method, media types, login. In Connect's order.
    onRequest: (request, reply, next) => {
      const { method, raw } = request as { method: string; raw: IncomingMessage }
      const refuseWith = (status: number, body: string, type: string | null) => {
        reply.hijack()
        send(reply.raw, status, body, type)
      }
      if (method !== 'OPTIONS') {
        if (!handlerOf(method)) return refuseWith(405, errorBody(405, 'HTTP 405 Method Not Allowed'), null)
        const refusal = mediaRefusal(method, raw.headers)
        if (refusal && !(resource.isText === true && refusal.status === 406))
          return refuseWith(refusal.status, errorBody(refusal.status, refusal.message), refusal.type)
      }
      try {
        const isFree = !authenticator || resource.signed?.includes(method as Method) === true
        if (!isFree && !authenticator(raw.headers.authorization))
          return refuseWith(401, 'User cannot access the resource.', JSON_TYPE)
      } catch (error) {
        reply.hijack()
        return sendError(reply.raw, error, log)
      }
      next()
    },
    handler: async (request, reply) => {
      const { method, raw } = request as { method: string; raw: IncomingMessage }
      reply.hijack()
      if (method === 'OPTIONS') return sendOptions(raw, reply.raw, allowed)
      const text = typeof request.body === 'string' ? request.body : ''
      const refusal = untypedBodyRefusal(method, raw.headers, text)
      if (refusal) return send(reply.raw, refusal.status, errorBody(refusal.status, refusal.message), refusal.type)
      try {
        const answer = await answerOrForward(() => handlerOf(method)!(callOf(request, text)), raw, text)
        sendAnswer(raw, reply.raw, answer)
      } catch (error) {
        sendError(reply.raw, error, log)
      }
    },
  })
}

async function answerOrForward(
  answer: () => Answer | Promise<Answer>,
  request: IncomingMessage,
  text: string,
): Promise<Answer> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof ForwardNeeded) return forwarded(error, request, text)
    throw error
  }
}

function callOf(request: FastifyRequest, text: string): Call {
  const params = request.params as Record<string, string>
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
    { hint: 'Check the address and port of the worker option listeners.', cause: error },
  )
}
