// References in configurations: `${file:/path:key}`, `${env:NAME}`, `${directory:/dir:file}`. They are stored as written and replaced only
// when a connector is validated or a task is started. Off unless the worker option config.providers names them.
import { readFileSync, realpathSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'
import { CdcError } from '../base/errors.ts'
import { parseProperties } from '../config/java-properties.ts'
import { compileJavaRegex } from '../config/java-regex.ts'
import type { StoredConfig } from '../store/store.ts'
import type { WorkerSettings } from './worker-config.ts'

/** Finds what a reference stands for; null leaves the reference as it is. */
type Provider = (path: string, key: string) => string | null

const KINDS: Readonly<Record<string, 'file' | 'env' | 'directory'>> = {
  'org.apache.kafka.common.config.provider.FileConfigProvider': 'file',
  'org.apache.kafka.common.config.provider.EnvVarConfigProvider': 'env',
  'org.apache.kafka.common.config.provider.DirectoryConfigProvider': 'directory',
}

/**
 * Makes the function that replaces references.
 * Errors: CDC_CONFIG_INVALID for an unknown provider class; the function itself CDC_CONFIG_PROVIDER for what cannot be read.
 */
export function configProviders(
  settings: WorkerSettings,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): (config: StoredConfig) => StoredConfig {
  const names = (settings['config.providers'] ?? '').split(',').map((name) => name.trim())
  const providers = new Map<string, Provider>()
  for (const name of names) {
    if (name !== '') providers.set(name, providerOf(name, settings, environment))
  }
  if (providers.size === 0) return (config) => config
  return (config) =>
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, value === null ? null : replaceAll(value, providers)]),
    )
}

function replaceAll(text: string, providers: ReadonlyMap<string, Provider>): string {
  return text.replace(
    /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g,
    (whole, name: string, path: string | undefined, key: string) => providers.get(name)?.(path ?? '', key) ?? whole,
  )
}

function providerOf(
  name: string,
  settings: WorkerSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Provider {
  const className = settings[`config.providers.${name}.class`]
  const kind = className === undefined ? name : KINDS[className]
  const roots = (settings[`config.providers.${name}.param.allowed.paths`] ?? '')
    .split(',')
    .map((root) => root.trim())
    .filter((root) => root !== '')
  if (kind === 'file')
    return (path, key) => (path === '' ? null : (parseProperties(readAllowed(path, roots)).get(key) ?? null))
  if (kind === 'directory') {
    return (path, key) => {
      if (path === '' || key === '') return null
      if (key.includes('/') || key === '..') throw unreadable(join(path, key))
      return readAllowed(join(path, key), roots)
    }
  }
  if (kind === 'env') {
    const allowed = settings[`config.providers.${name}.param.allowlist.pattern`] ?? '.*'
    const pattern = compileJavaRegex(allowed, { isFullMatch: true })
    return (path, key) => (path === '' && pattern.test(key) ? (environment[key] ?? null) : null)
  }
  throw new CdcError(
    'CDC_CONFIG_INVALID',
    `Invalid value ${className} for configuration config.providers.${name}.class`,
    {
      hint: `Known are ${Object.keys(KINDS).join(', ')}.`,
    },
  )
}

/** Reads a file below one of the roots, links followed before the comparison; without roots any file. */
function readAllowed(path: string, roots: readonly string[]): string {
  try {
    if (!isAbsolute(path)) throw unreadable(path)
    const real = realpathSync(path)
    const isAllowed =
      roots.length === 0 || roots.some((root) => `${real}${sep}`.startsWith(`${realpathSync(root)}${sep}`))
    if (!isAllowed) throw unreadable(path)
    return readFileSync(real, 'utf8')
  } catch {
    throw unreadable(path)
  }
}

function unreadable(path: string): CdcError {
  return new CdcError('CDC_CONFIG_PROVIDER', `Could not read properties from file ${path}`)
}
