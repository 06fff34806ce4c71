// Reads a broker's security settings under Kafka's names: listeners, their protocols, certificates, mechanisms and users.

import { hostname } from 'node:os'
import type { ListenerSecurity, ListenerSettings, SecurityProtocol } from './listener.ts'
import { MECHANISMS, type Mechanism } from './sasl-session.ts'
import { invalid, readText } from './setting-files.ts'
import { readTls, TLS_SETTINGS } from './tls-settings.ts'
import { parseUsers } from './users.ts'

/** Our own name: the file of the users (Kafka has them in JAAS texts or its metadata). */
const USERS_FILE = 'millrace.users.file'
const GENERAL = ['listeners', 'advertised.listeners', 'listener.security.protocol.map']
const PER_LISTENER = ['sasl.enabled.mechanisms', USERS_FILE, ...TLS_SETTINGS]
const PROTOCOLS: readonly string[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] satisfies SecurityProtocol[]
const LISTENER = /^([A-Za-z0-9_.-]+):\/\/(?:\[([0-9a-fA-F:.]*)\]|([^:[\]/]*)):(\d{1,5})$/
const OPEN_HOSTS = ['0.0.0.0', '::']

/** What the settings say, and the names of settings that have no effect here. */
export interface ReadListeners {
  readonly listeners: readonly ListenerSettings[]
  readonly unused: readonly string[]
}

/**
 * Makes listeners of a broker's properties. Files are read at once. Throws INVALID_CONFIG with the setting's name for what is wrong, missing or
 * cannot be read. Secrets never stand in a message.
 */
export function readListeners(properties: Readonly<Record<string, string>>): ReadListeners {
  const protocols = protocolMap(properties['listener.security.protocol.map'])
  const advertised = new Map(
    addresses('advertised.listeners', properties['advertised.listeners'] ?? '').map((one) => [one.name, one]),
  )
  const used = new Set(GENERAL)
  const found = addresses('listeners', properties['listeners'] ?? 'PLAINTEXT://127.0.0.1:9092')
  if (found.length === 0) throw invalid('listeners', 'at least one listener is wanted')
  const listeners = found.map(({ name, host, port }) => {
    const protocol = protocols.get(name)
    if (protocol === undefined) {
      throw invalid(
        'listeners',
        `the listener name ${name} is no security protocol and not in listener.security.protocol.map`,
      )
    }
    const setting = (key: string): string | undefined => {
      const own = `listener.name.${name.toLowerCase()}.${key}`
      used.add(own).add(key)
      return properties[own] ?? properties[key]
    }
    for (const key of PER_LISTENER) setting(key)
    const bound = host === '' ? '0.0.0.0' : host
    const told = advertised.get(name) ?? (OPEN_HOSTS.includes(bound) ? { host: hostname(), port } : undefined)
    const security = securityOf(protocol, setting)
    return { name, host: bound, port, security, ...(told && { advertised: { host: told.host, port: told.port } }) }
  })
  const jaas = Object.keys(properties).find((key) => key.endsWith('sasl.jaas.config'))
  if (jaas !== undefined)
    throw invalid(jaas, `users are not taken from JAAS texts: write them into a file and name it in ${USERS_FILE}`)
  return { listeners, unused: Object.keys(properties).filter((key) => !used.has(key)) }
}

function securityOf(protocol: SecurityProtocol, setting: (key: string) => string | undefined): ListenerSecurity {
  const tls = protocol === 'SSL' || protocol === 'SASL_SSL' ? { tls: readTls(setting) } : {}
  if (protocol === 'PLAINTEXT' || protocol === 'SSL') return { protocol, ...tls }
  const file = setting(USERS_FILE)
  if (file === undefined) throw invalid(USERS_FILE, `a ${protocol} listener needs a file with its users`)
  const users = parseUsers(readText(USERS_FILE, file))
  if (users.length === 0) throw invalid(USERS_FILE, 'no user stands in the file')
  const names = setting('sasl.enabled.mechanisms') ?? MECHANISMS.join()
  const mechanisms = names.split(',').map((name) => {
    const mechanism = MECHANISMS.find((one) => one === name.trim())
    if (mechanism !== undefined) return mechanism
    throw invalid('sasl.enabled.mechanisms', `${name.trim()} is not supported: ${MECHANISMS.join(', ')} are`)
  })
  for (const user of users) checkServed(user.name, Object.keys(user.stored ?? {}), mechanisms)
  return { protocol, ...tls, sasl: { mechanisms, users } }
}

/** A stored credential is of use to its own mechanism, and to PLAIN. */
function checkServed(name: string, stored: readonly string[], mechanisms: readonly Mechanism[]): void {
  if (stored.length === 0 || mechanisms.includes('PLAIN')) return
  if (mechanisms.some((mechanism) => stored.includes(mechanism))) return
  throw invalid(USERS_FILE, `user ${name} has no credential for any of sasl.enabled.mechanisms`)
}

function protocolMap(text: string | undefined): Map<string, SecurityProtocol> {
  const map = new Map(PROTOCOLS.map((name) => [name, name as SecurityProtocol]))
  if (text === undefined || text.trim() === '') return map
  for (const pair of text.split(',')) {
    const at = pair.indexOf(':')
    const [name, protocol] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    if (at < 1 || !PROTOCOLS.includes(protocol))
      throw invalid('listener.security.protocol.map', `${pair.trim()} is not NAME:${PROTOCOLS.join('|')}`)
    map.set(name, protocol as SecurityProtocol)
  }
  return map
}

function addresses(setting: string, text: string): { name: string; host: string; port: number }[] {
  const parts = text.split(',').map((part) => part.trim())
  const found = parts
    .filter((part) => part !== '')
    .map((part) => {
      const [, name, v6, host, digits] = LISTENER.exec(part) ?? []
      const port = Number(digits)
      if (name === undefined || port > 65_535) throw invalid(setting, `${part} is not NAME://host:port`)
      return { name: name.toUpperCase(), host: v6 ?? host ?? '', port }
    })
  if (new Set(found.map(({ name }) => name)).size < found.length)
    throw invalid(setting, 'each name may stand there once')
  return found
}
