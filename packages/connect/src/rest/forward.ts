// Passes a request on to the worker that can carry it out, as Connect's workers do: `forward=true` on the first hop, `forward=false` on the
// second, which is the last. The client does not notice.
import type { IncomingMessage } from 'node:http'
import type { ForwardNeeded } from '../worker/group/forward.ts'
import { JSON_TYPE } from './media-types.ts'
import { type Answer, RestError } from './resource.ts'

const TIMEOUT_MS = 90_000
const CONFLICT = 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)'
/** Besides the body's type only the login goes along. */
const COPIED_HEADERS = [
  'content-type',
  'authorization',
  'x-connect-authorization',
  'x-connect-request-signature-algorithm',
]

/** The other worker's answer. Errors: 409 behind the last hop, 500 when the other worker cannot be reached. */
export async function forwarded(needed: ForwardNeeded, request: IncomingMessage, text: string): Promise<Answer> {
  const [path = '/', search = ''] = (request.url ?? '/').split('?')
  const query = new URLSearchParams(search)
  const forward = query.get('forward')
  if (forward !== null && forward.toLowerCase() !== 'true') throw new RestError(409, CONFLICT)
  query.set('forward', forward === null ? 'true' : 'false')
  const method = request.method ?? 'GET'
  const headers = new Headers({ accept: JSON_TYPE })
  for (const name of COPIED_HEADERS) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const target = new URL(`${path.replace(/^\/+/, '')}?${query.toString()}`, needed.url)
  let response: Response
  let body: string
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    response = await fetch(target, { method, headers, signal, ...(text === '' ? {} : { body: text }) })
    body = await response.text()
  } catch {
    throw new RestError(500, 'IO Error trying to forward REST request: the worker that owns it cannot be reached')
  }
  const given = response.headers.get('location')
  const location = given !== null && URL.canParse(given) ? { location: new URL(given).pathname } : {}
  const type = response.headers.get('content-type') ?? JSON_TYPE
  return { status: response.status, ...(body === '' ? {} : { text: { type, value: body } }), ...location }
}
