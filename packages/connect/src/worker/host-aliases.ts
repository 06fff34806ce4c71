// Host names of the tutorial (`mysql`, `kafka`) that name containers there: in demo mode they stand for this machine. Only the values that
// name hosts are touched, only for the task, and the log says so.
import type { Logger } from '../base/logger.ts'
import type { StoredConfig } from '../store/store.ts'

/** Alias → host, or host:port where the port beside the alias is to be replaced as well. */
export type HostAliases = Readonly<Record<string, string>>

/** Makes the function that replaces aliases in `database.hostname` and in every `…bootstrap.servers`. */
export function hostAliases(aliases: HostAliases, log: Logger): (config: StoredConfig) => StoredConfig {
  if (Object.keys(aliases).length === 0) return (config) => config
  const told = new Set<string>()
  const replaced = (key: string, host: string): string | null => {
    const target = Object.hasOwn(aliases, host) ? aliases[host]! : null
    if (target !== null && !told.has(`${key} ${host}`)) {
      told.add(`${key} ${host}`)
      log.info(`demo: the host "${host}" in ${key} stands for ${target}`)
    }
    return target
  }
  return (config) => {
    const host = config['database.hostname']?.trim()
    const target = host === undefined ? null : replaced('database.hostname', host)
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => {
        if (value === null) return [key, value]
        if (key === 'database.hostname' && target !== null) return [key, target.replace(/:\d+$/, '')]
        if (key === 'database.port' && target !== null) return [key, /:(\d+)$/.exec(target)?.[1] ?? value]
        if (!key.endsWith('bootstrap.servers')) return [key, value]
        const servers = value.split(',').map((server) => address(key, server))
        return [key, servers.join(',')]
      }),
    )
  }

  function address(key: string, server: string): string {
    const [host, port] = server.trim().split(':')
    const target = replaced(key, host!)
    if (target === null) return server
    return /:\d+$/.test(target) || port === undefined ? target : `${target}:${port}`
  }
}
