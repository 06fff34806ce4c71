// JDBC URLs of the databases that the sink writes to.
import { CdcError } from '../../base/errors.ts'

/** Where a target is. */
export interface JdbcUrl {
  readonly kind: 'postgresql' | 'mysql'
  readonly host: string
  readonly port: number
  readonly database: string
  readonly parameters: ReadonlyMap<string, string>
}

const KINDS: Readonly<Record<string, { readonly kind: JdbcUrl['kind']; readonly port: number }>> = {
  postgresql: { kind: 'postgresql', port: 5432 },
  mysql: { kind: 'mysql', port: 3306 },
  mariadb: { kind: 'mysql', port: 3306 },
}

/** Reads `jdbc:postgresql://host:port/database?name=value&…`. Errors: CDC_CONFIG_INVALID, CDC_UNSUPPORTED for other databases. */
export function parseJdbcUrl(text: string): JdbcUrl {
  const match = /^jdbc:([a-z0-9]+):\/\/(\[[^\]]+\]|[^:/?,]+)(?::(\d{1,5}))?(?:\/([^?]*))?(?:\?(.*))?$/i.exec(
    text.trim(),
  )
  const name = /^jdbc:([a-z0-9]+):/i.exec(text.trim())?.[1]?.toLowerCase()
  if (name !== undefined && !Object.hasOwn(KINDS, name))
    throw new CdcError('CDC_UNSUPPORTED', `The JDBC sink does not support ${name} as a target yet`, {
      hint: 'Targets are PostgreSQL, MySQL and MariaDB.',
    })
  if (match === null || name === undefined)
    throw new CdcError('CDC_CONFIG_INVALID', 'connection.url is no JDBC URL that can be read', {
      hint: 'Give jdbc:postgresql://host:port/database or jdbc:mysql://host:port/database, with one host.',
    })
  const { kind, port } = KINDS[name]!
  const parameters = new Map(new URLSearchParams(match[5] ?? ''))
  return {
    kind,
    host: match[2]!.replace(/^\[|\]$/g, ''),
    port: match[3] === undefined ? port : Number(match[3]),
    database: decodeURIComponent(match[4] ?? ''),
    parameters,
  }
}
