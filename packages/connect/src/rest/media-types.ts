// Which media types are taken and given: 415, 406, and the Content-Type of answers.
import type { IncomingHttpHeaders } from 'node:http'

/** The media type of every resource. */
export const JSON_TYPE = 'application/json'

/** What {@link mediaRefusal} found. `type`: the Content-Type of the refusal; null for none. */
export interface MediaRefusal {
  readonly status: 415 | 406
  readonly message: string
  readonly type: string | null
}

/** 415 for a body of another type and 406 for an answer that the client does not take; found before the resource is asked, hence without Content-Type. */
export function mediaRefusal(method: string, headers: IncomingHttpHeaders): MediaRefusal | null {
  const given = headers['content-type']
  const hasType = given !== undefined && method !== 'GET' && method !== 'HEAD'
  if (hasType && !/^\s*(?:application\/(?:json|\*)|\*\/\*)\s*(?:;|$)/i.test(given))
    return { status: 415, message: 'HTTP 415 Unsupported Media Type', type: null }
  return acceptedType(headers) === null ? { status: 406, message: 'HTTP 406 Not Acceptable', type: null } : null
}

/** 415 for a body without a type; the resource is known by then, hence with Content-Type. */
export function untypedBodyRefusal(method: string, headers: IncomingHttpHeaders, body: string): MediaRefusal | null {
  if (method === 'GET' || method === 'HEAD' || headers['content-type'] !== undefined || body === '') return null
  return { status: 415, message: 'HTTP 415 Unsupported Media Type', type: JSON_TYPE }
}

/** The media type of the answer: JSON, with the parameters that the client asked for; null when it accepts none. */
export function acceptedType(headers: IncomingHttpHeaders): string | null {
  const { accept } = headers
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
