// What is refused before a request is routed: addresses and media types that Connect's HTTP server does not let through, and requests that
// a web page of another site makes the user's browser send.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'

/** Who may call. */
export interface FrontDoorOptions {
  /** The server listens on a loopback address: host names other than those known are refused (DNS rebinding). */
  readonly isLoopback: boolean
  /** Host names under which the server is known, besides localhost and addresses. */
  readonly hostNames: readonly string[]
  /** Origins (`http://host:port`) whose pages may change things, besides pages of this host. */
  readonly origins: readonly string[]
}

/** A refusal: a status and a sentence. */
export interface Refusal {
  readonly status: 400 | 403
  /** Empty: an answer without a page. */
  readonly reason: string
}

/** Why a request is refused; null lets it through. */
export function refusalOf(request: IncomingMessage, options: FrontDoorOptions): Refusal | null {
  const path = (request.url ?? '/').split('?')[0]!
  const address = addressRefusal(path)
  if (address !== null) return { status: 400, reason: address }
  const type = request.headers['content-type']
  if (type !== undefined && !/^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;.*)?$/.test(type))
    return { status: 400, reason: 'Bad Request: the Content-Type is no media type' }
  const host = hostOf(request.headers.host)
  if (options.isLoopback && host !== null && !isKnown(host, options.hostNames))
    return { status: 403, reason: `Forbidden: ${host} is not a name of this server` }
  return isForeign(request, host, options) ? { status: 403, reason: 'Forbidden: sent by a page of another site' } : null
}

/** Answers with a page, as Connect's HTTP server does for what never reaches a resource. */
export function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  if (reason === '') {
    response.writeHead(status, { connection: 'close', 'content-length': 0 }).end()
    return
  }
  const title = status === 400 ? 'Bad Request' : 'Forbidden'
  const page = `<html><head><title>Error ${status} ${title}</title></head><body><h2>HTTP ERROR ${status} ${escapeHtml(reason)}</h2></body></html>\n`
  response.writeHead(status, { 'content-type': 'text/html;charset=utf-8', connection: 'close' }).end(page)
}

function addressRefusal(path: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return 'Bad Request: broken percent encoding'
  if (path.includes('//')) return 'Ambiguous URI empty segment'
  if (/%2f/i.test(path)) return 'Ambiguous URI path separator'
  if (/%25/.test(path)) return 'Ambiguous URI path encoding'
  if (/%(?:[01][0-9a-f]|7f)/i.test(path)) return ''
  try {
    decodeURIComponent(path)
    return null
  } catch {
    return 'Bad Request: the path is not UTF-8'
  }
}

function hostOf(header: string | undefined): string | null {
  if (header === undefined) return null
  return header
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
}

function isKnown(host: string, names: readonly string[]): boolean {
  return host === 'localhost' || isIP(host) !== 0 || names.some((name) => name.toLowerCase() === host)
}

/** A browser says in `Origin` which site's page sends a request that changes something. */
function isForeign(request: IncomingMessage, host: string | null, options: FrontDoorOptions): boolean {
  const origin = request.headers.origin
  if (origin === undefined || ['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '')) return false
  if (options.origins.includes(origin) || options.origins.includes('*')) return false
  if (!URL.canParse(origin)) return true
  const from = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  return from !== host && !(options.isLoopback && (from === 'localhost' || from === '127.0.0.1' || from === '::1'))
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
