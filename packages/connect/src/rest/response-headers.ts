// What the worker's settings add to every answer: `response.http.headers.config`, and the headers of cross-origin requests.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CdcError } from '../base/errors.ts'

/** Adds its headers to an answer before anything is written. */
export type HeaderRule = (request: IncomingMessage, response: ServerResponse) => void

const NAME = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Reads `[action] [name]:[value]` rules, separated by commas; a rule in double quotes may hold commas. Actions are set, add, setDate and
 * addDate (the value is then in epoch milliseconds). Errors: CDC_CONFIG_INVALID with the rule.
 */
export function readHeaderRules(text: string): HeaderRule[] {
  const rules = text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  return rules
    .map((rule) => rule.trim().replaceAll('"', ''))
    .filter((rule) => rule !== '')
    .map(readRule)
}

function readRule(rule: string): HeaderRule {
  const [, action = '', name = '', value = ''] = /^(\w+)\s+([^:\s]+)\s*:\s*(.*)$/.exec(rule) ?? []
  const kind = ['set', 'add', 'setdate', 'adddate'].indexOf(action.toLowerCase())
  const isDate = kind >= 2
  if (kind < 0 || !NAME.test(name) || /[^\t -~\u0080-\u00ff]/.test(value) || (isDate && !/^-?\d{1,15}$/.test(value)))
    throw new CdcError('CDC_CONFIG_INVALID', `Invalid value ${rule} for configuration response.http.headers.config`, {
      hint: 'A rule is written [action] [header name]:[header value]; actions are set, add, setDate, addDate.',
    })
  const text = isDate ? new Date(Number(value)).toUTCString() : value
  return kind % 2 === 0
    ? (_request, response) => response.setHeader(name, text)
    : (_request, response) => response.appendHeader(name, text)
}

/**
 * The headers that let pages of other origins read answers: `access.control.allow.origin` (a list; `*` stands for any text) and
 * `access.control.allow.methods`. Null when no origin is allowed.
 */
export function crossOriginRule(origins: readonly string[], methods: readonly string[]): HeaderRule | null {
  if (origins.length === 0) return null
  const patterns = origins.map((origin) => {
    const escaped = origin.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${escaped.join('.*')}$`)
  })
  const allowed = methods.length === 0 ? ['GET', 'POST', 'HEAD'] : methods
  return (request, response) => {
    response.appendHeader('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !patterns.some((pattern) => pattern.test(origin))) return
    response.setHeader('access-control-allow-origin', origin)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return
    response.setHeader('access-control-allow-methods', allowed.join(','))
    response.setHeader('access-control-allow-headers', 'Content-Type')
    response.setHeader('access-control-max-age', '60')
  }
}
