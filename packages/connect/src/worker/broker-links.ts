// How this process reaches brokers: a message port to the embedded broker when an address is one of its, else TCP.
import type { MessagePort } from 'node:worker_threads'
import { type ClientSecurity, connectTcp, type LinkFactory, PortLink, secureLinks } from '@millrace/kafka'

/** Makes the link factory. `addresses`: `host:port` that mean the embedded broker; `openPort`: a fresh port to it. */
export function brokerLinks(addresses: readonly string[], openPort: () => Promise<MessagePort>): LinkFactory {
  const embedded = new Set(addresses)
  return async (host, port, signal) => {
    signal.throwIfAborted()
    return embedded.has(`${host}:${port}`) ? new PortLink(await openPort()) : connectTcp(host, port, signal)
  }
}

/**
 * Links of the worker's own clients: to the embedded broker whatever address its metadata tells, if that is the worker's cluster. `security`:
 * how to reach another cluster.
 */
export function clusterLinks(
  bootstrap: string,
  addresses: readonly string[],
  openPort: () => Promise<MessagePort>,
  security: ClientSecurity | null = null,
): LinkFactory {
  if (!addresses.includes(bootstrap)) return security === null ? connectTcp : secureLinks(security, 'connect')
  return async (_host, _port, signal) => {
    signal.throwIfAborted()
    return new PortLink(await openPort())
  }
}
