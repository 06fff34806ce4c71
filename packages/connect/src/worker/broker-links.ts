// How this process reaches brokers: a message port to the embedded broker when an address is one of its, else TCP.
import type { MessagePort } from 'node:worker_threads'
import { connectTcp, type LinkFactory, PortLink } from '@millrace/kafka'

/** Makes the link factory. `addresses`: `host:port` that mean the embedded broker; `openPort`: a fresh port to it. */
export function brokerLinks(addresses: readonly string[], openPort: () => Promise<MessagePort>): LinkFactory {
  const embedded = new Set(addresses)
  return async (host, port, signal) => {
    signal.throwIfAborted()
    return embedded.has(`${host}:${port}`) ? new PortLink(await openPort()) : connectTcp(host, port, signal)
  }
}
