// The broker's TCP port.

import { createServer, isIP, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { TcpLink } from '../../client/tcp-link.ts'
import { KafkaError } from '../../error.ts'
import type { TlsMaterial } from '../security/listener.ts'
import { portHolder } from './port-holder.ts'

/** Where a broker listens. */
export interface ListenAddress {
  host: string
  port: number
}

/** A new connection: its link, and how to stop and resume the flow of requests from it. */
export type AcceptSocket = (link: TcpLink, socket: Socket) => void

/**
 * Listens for clients. Where they need not prove who they are (`isAuthenticated` is not true), an address that other machines reach must be
 * allowed explicitly. `flag`: the command line flag named in the error when the port is in use. `firstFrameBytes`: the frames of a connection
 * may not be larger until its link is told otherwise.
 */
export interface ListenOptions extends ListenAddress {
  allowUnauthenticated?: boolean
  maxConnections: number
  maxFrameBytes: number
  flag?: string
  tls?: TlsMaterial
  isAuthenticated?: boolean
  firstFrameBytes?: number
  /** Told why a client's TLS handshake failed. */
  onHandshakeError?: (message: string) => void
}

/** A connection without traffic for so long is ended (Kafka: connections.max.idle.ms); no request is made to wait as long. */
const IDLE_MS = 600_000
/** A TLS handshake that takes longer is ended. */
const HANDSHAKE_MS = 10_000
/** How long the other side may take to read the last answer. */
const FAREWELL_MS = 1000

/** An open port. */
export class TcpListener {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly address: ListenAddress

  private constructor(server: Server, sockets: Set<Socket>, address: ListenAddress) {
    this.#server = server
    this.#sockets = sockets
    this.address = address
  }

  /** Errors: `LISTEN_REFUSED` for an open address without consent, `PORT_IN_USE`, `NETWORK_EXCEPTION` for any other refusal. */
  static async open(options: ListenOptions, accept: AcceptSocket): Promise<TcpListener> {
    const { host, port } = options
    if (!isLoopback(host) && options.allowUnauthenticated !== true && options.isAuthenticated !== true) {
      throw new KafkaError(
        'LISTEN_REFUSED',
        `the embedded broker does not listen on ${host} without authentication unless that is allowed explicitly`,
        {
          hint: 'Listen on 127.0.0.1, or make it a SASL_SSL listener with users, or allow it (--kafka-allow-unauthenticated) when only trusted machines reach the address.',
        },
      )
    }
    const sockets = new Set<Socket>()
    const take = (socket: Socket): void => {
      socket.setTimeout(IDLE_MS, () => socket.destroy())
      accept(new TcpLink(socket, options.firstFrameBytes ?? options.maxFrameBytes), socket)
    }
    const server = options.tls === undefined ? createServer({ noDelay: true }, take) : tlsServer(options, take)
    // of a TLS listener these are the sockets below, from before their handshake on
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    server.maxConnections = options.maxConnections
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, options)))
      server.listen({ host, port }, resolve)
    })
    server.on('error', () => {}) // an accept that fails (no file handle left) must not end the process
    const bound = server.address()
    const actualPort = bound !== null && typeof bound === 'object' ? bound.port : port
    return new TcpListener(server, sockets, { host, port: actualPort })
  }

  /** Stops accepting and ends the connections. Resolves when the port is free. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

/** Ends a connection once the other side has had time to read what was sent. */
export function endSocket(socket: Socket): void {
  socket.end()
  socket.setTimeout(FAREWELL_MS, () => socket.destroy())
}

/** Whether an address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

function tlsServer(options: ListenOptions, take: (socket: Socket) => void): Server {
  const { pfx, clientAuth, ...material } = options.tls as TlsMaterial
  const tls: TlsOptions = {
    ...material,
    ...(pfx !== undefined && { pfx: Buffer.from(pfx) }),
    requestCert: clientAuth !== 'none',
    rejectUnauthorized: clientAuth === 'required',
    minVersion: material.minVersion ?? 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_MS,
    noDelay: true,
  }
  const server = createTlsServer(tls, (socket) => take(socket))
  server.on('tlsClientError', (error, socket) => {
    options.onHandshakeError?.(
      `TLS handshake with ${socket.remoteAddress ?? 'a client that is gone'} failed: ${error.message}`,
    )
    socket.destroy()
  })
  return server
}

function listenError(error: Error, { host, port, flag }: ListenOptions): KafkaError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    const holder = portHolder(port)
    const by = holder === undefined ? 'by another program' : `by ${holder}`
    return new KafkaError('PORT_IN_USE', `port ${port} on ${host} is in use ${by}`, {
      cause: error,
      hint: `Stop that program, or choose another port with ${flag ?? '--kafka-port'}.`,
    })
  }
  return new KafkaError('NETWORK_EXCEPTION', `cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
    hint: 'Check that the address belongs to this machine and that the port may be used.',
  })
}
