// Finds plugins in a list by full class name or by Connect's aliases.
import { CdcError } from '../../base/errors.ts'
import type { ConfigDefinition } from '../definition.ts'
import { connectorDefinitionsOf } from './connector-validation.ts'
import type { PluginDirectory, PluginEntry, PluginKind } from './plugin-directory.ts'

const SUFFIXES: Readonly<Record<PluginKind, readonly string[]>> = {
  source: ['Connector'],
  sink: ['Connector'],
  transformation: ['Transformation'],
  predicate: ['Predicate'],
  converter: ['Converter'],
  header_converter: ['HeaderConverter', 'Converter'],
}

const KIND_ORDER: readonly PluginKind[] = [
  'sink',
  'source',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
]

/** A list of plugins that can be asked. */
export class PluginLookup implements PluginDirectory {
  readonly #entries: readonly PluginEntry[]
  /** Class names by alias; null where an alias names two classes. */
  readonly #aliases = new Map<string, string | null>()

  constructor(entries: readonly PluginEntry[]) {
    this.#entries = entries
    for (const { className, kind } of entries) {
      for (const alias of aliasesOf(className, kind)) {
        const known = this.#aliases.get(alias)
        this.#aliases.set(alias, known === undefined || known === className ? className : null)
      }
    }
  }

  find(kind: PluginKind, name: string): PluginEntry | null {
    const className = this.#aliases.get(name) ?? name
    return this.#entries.find((entry) => entry.kind === kind && entry.className === className) ?? null
  }

  isClass(name: string): boolean {
    const className = this.#aliases.get(name) ?? name
    return /^java\.[\w.$]+$/.test(name) || this.#entries.some((entry) => entry.className === className)
  }

  classNames(kind: PluginKind): readonly string[] {
    const built = this.#entries.filter((entry) => entry.kind === kind && entry.missing === null)
    return built.map((entry) => entry.className).sort()
  }

  /** What `GET /connector-plugins` lists: what is built, by kind, then by class name. */
  list(connectorsOnly: boolean): { class: string; type: PluginKind; version: string }[] {
    const kinds = connectorsOnly ? KIND_ORDER.slice(0, 2) : KIND_ORDER
    return kinds.flatMap((kind) =>
      this.classNames(kind).map((name) => {
        const { version } = this.find(kind, name) as PluginEntry
        return { class: name, type: kind, version }
      }),
    )
  }

  /** Definitions of any plugin. Throws CdcError with Connect's status and sentence. */
  definitions(name: string, version: string | null): readonly ConfigDefinition[] {
    const kind = KIND_ORDER.find((candidate) => this.find(candidate, name) !== null)
    if (kind === undefined) {
      if (this.isClass(name)) throw new CdcError('CDC_INTERNAL', 'Instantiation error')
      throw new CdcError('CDC_STATE_NOT_FOUND', `Unknown plugin ${name}.`)
    }
    const entry = this.find(kind, name) as PluginEntry
    checkVersion(entry, version)
    return kind === 'source' || kind === 'sink' ? connectorDefinitionsOf(entry) : entry.definitions
  }

  /** The connector of a class name or alias. Throws CDC_CONFIG_UNKNOWN_PLUGIN or CDC_UNSUPPORTED. */
  connector(name: string): PluginEntry {
    const entry = this.find('source', name) ?? this.find('sink', name)
    if (entry !== null) {
      if (entry.missing === null) return entry
      throw new CdcError('CDC_UNSUPPORTED', entry.missing)
    }
    const built = [...this.classNames('source').map((found) => this.find('source', found) as PluginEntry)]
    const known = built.map(
      ({ className, version, kind }) =>
        `PluginDesc{klass=class ${className}, name='${className}', version='${version}', encodedVersion=${version}, type=${kind}, typeName='${kind}', location='classpath'}`,
    )
    throw new CdcError(
      'CDC_CONFIG_UNKNOWN_PLUGIN',
      `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${known.join(', ')}`,
    )
  }
}

function aliasesOf(className: string, kind: PluginKind): string[] {
  const simple = className.slice(className.lastIndexOf('.') + 1)
  // Inner classes have no usable alias in Connect.
  if (simple.includes('$')) return []
  const suffix = SUFFIXES[kind].find((word) => simple.endsWith(word) && simple.length > word.length)
  return suffix === undefined ? [simple] : [simple, simple.slice(0, -suffix.length)]
}

function checkVersion({ className, version }: PluginEntry, asked: string | null): void {
  if (asked === null || asked === '' || asked === 'latest') return
  const fail = (message: string) => {
    throw new CdcError('CDC_STATE_BAD_REQUEST', message)
  }
  const isRange = /^[[(]/.test(asked)
  if (isRange && !/^[[(][^[\]()]*[\])]$/.test(asked)) fail(`Invalid version specification: ${asked}`)
  const [low = '', high = low] = isRange ? asked.slice(1, -1).split(',') : [asked]
  const isAtLeast = low === '' || compareVersions(version, low) >= (asked.startsWith('(') ? 1 : 0)
  const isAtMost = high === '' || compareVersions(version, high) <= (asked.endsWith(')') ? -1 : 0)
  if (isAtLeast && isAtMost) return
  const range = isRange ? asked : `[${asked},${asked}]`
  fail(`Plugin ${className} not found that matches the version range ${range}, available versions: [${version}]`)
}

function compareVersions(a: string, b: string): number {
  const parts = (text: string) => text.split(/[.-]/)
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '0', right[i] ?? '0']
    if (x === y) continue
    const order = Number(x) - Number(y)
    return Number.isNaN(order) ? (x < y ? -1 : 1) : Math.sign(order) || 1
  }
  return 0
}
