// Files of connectors that a standalone worker is started with: a JSON map, the JSON of POST /connectors, or Java properties, tried in this order.
import { readFileSync } from 'node:fs'
import { CdcError } from '../base/errors.ts'
import { parseProperties } from '../config/java-properties.ts'
import type { StoredConfig, TargetState } from '../store/store.ts'

/** A connector that a file describes. */
export interface ConnectorFile {
  readonly name: string
  readonly config: StoredConfig
  readonly initial: TargetState | undefined
}

/** Reads such a file. Errors: CDC_CONFIG_INVALID for one that cannot be read or names no connector. */
export function readConnectorFile(file: string): ConnectorFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new CdcError('CDC_CONFIG_INVALID', `The connector file ${file} cannot be read (${code})`, { cause })
  }
  const json = jsonObject(text)
  const found = (json && (asMap(json) ?? asRequest(json))) ?? asProperties(text)
  if (found.name !== '') return found
  throw new CdcError('CDC_CONFIG_INVALID', `The connector file ${file} names no connector`, {
    hint: 'Give it a line name=…, or as JSON a member "name".',
  })
}

type Json = Readonly<Record<string, unknown>>

function jsonObject(text: string): Json | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Json) : null
  } catch {
    return null
  }
}

function asMap(json: Json): ConnectorFile | null {
  const config = textsOf(json)
  return config && { name: config['name'] ?? '', config, initial: undefined }
}

function asRequest(json: Json): ConnectorFile | null {
  const { name, config, initial_state: state = null } = json
  const texts = typeof config === 'object' && config !== null && !Array.isArray(config) ? textsOf(config as Json) : null
  if (typeof name !== 'string' || texts === null) return null
  const word = state ?? 'RUNNING'
  const initial = typeof word === 'string' ? STATES[word.toUpperCase()] : undefined
  return initial === undefined ? null : { name, config: texts, initial }
}

const STATES: Readonly<Record<string, TargetState>> = { RUNNING: 'STARTED', PAUSED: 'PAUSED', STOPPED: 'STOPPED' }

function asProperties(text: string): ConnectorFile {
  const config = Object.fromEntries(parseProperties(text))
  return { name: config['name'] ?? '', config, initial: undefined }
}

/** The members as texts; null when one of them is no plain value. */
function textsOf(json: Json): Record<string, string | null> | null {
  const entries = Object.entries(json).map(([key, value]): [string, string | null] | null => {
    if (value === null || typeof value === 'string') return [key, value]
    return typeof value === 'number' || typeof value === 'boolean' ? [key, String(value)] : null
  })
  return entries.every((entry) => entry !== null) ? Object.fromEntries(entries) : null
}
