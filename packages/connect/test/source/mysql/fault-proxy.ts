// A TCP proxy between a connector and a server that does to connections what networks do: each new connection gets the next fault of a plan.
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What happens to one connection; byte counts are of what the server sends. */
export type Fault =
  | { readonly kind: 'none' }
  /** Both sides are closed (`fin`) or reset (`rst`) behind the byte. */
  | { readonly kind: 'fin' | 'rst'; readonly afterBytes: number }
  /** Nothing more is forwarded, in either direction, and nobody is told: a half-open connection. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Pieces of at most this size, each in a packet of its own, for that many bytes; reset behind the byte. */
  | { readonly kind: 'pieces'; readonly pieceBytes: number; readonly forBytes: number; readonly afterBytes: number }

/** See the file's head. */
export class FaultProxy {
  /** Where connections go; may change while the proxy runs. */
  target: { readonly host: string; readonly port: number }
  /** Asked for each connection. */
  nextFault: () => Fault = () => ({ kind: 'none' })
  /** How often each kind of fault has struck. */
  readonly struck = new Map<string, number>()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #stalls = new Set<() => void>()

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.target = target
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#serve(client))
  }

  /** Listens on a free loopback port. */
  static async start(target: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
    const proxy = new FaultProxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port
  }

  /** Resets every connection there is. */
  resetAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Every connection there is becomes half-open: the client is told nothing, and hears nothing. */
  stallAll(): void {
    for (const stall of this.#stalls) stall()
  }

  async stop(): Promise<void> {
    this.resetAll()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #serve(client: Socket): void {
    const fault = this.nextFault()
    const server = connect(this.target)
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        if (!isStalled) for (const other of [client, server]) other.destroy()
      })
    }
    let isStalled = false
    const stall = () => {
      isStalled = true
      server.destroy()
    }
    this.#stalls.add(stall)
    client.on('close', () => this.#stalls.delete(stall))
    let sent = 0
    client.on('data', (bytes) => {
      if (!isStalled) server.write(bytes)
    })
    client.on('end', () => server.end())
    server.on('end', () => {
      if (!isStalled) client.end()
    })
    server.on('data', (bytes: Buffer) => {
      if (isStalled) return
      const limit = 'afterBytes' in fault ? fault.afterBytes - sent : Number.POSITIVE_INFINITY
      const part = bytes.subarray(0, Math.min(bytes.length, limit))
      sent += part.length
      if (fault.kind === 'pieces' && sent < fault.forBytes)
        return this.#inPieces(server, client, part, fault.pieceBytes)
      if (part.length > 0 && !client.write(part)) {
        server.pause()
        client.once('drain', () => server.resume())
      }
      if (part.length === bytes.length || fault.kind === 'none') return
      this.#strike(fault.kind)
      if (fault.kind === 'stall') {
        stall()
      } else if (fault.kind === 'fin') {
        client.end()
        server.destroy()
      } else {
        client.resetAndDestroy()
        server.resetAndDestroy()
      }
    })
  }

  // One piece a turn of the event loop, the server paused meanwhile.
  #inPieces(server: Socket, client: Socket, bytes: Buffer, pieceBytes: number): void {
    this.#strike('pieces')
    server.pause()
    let at = 0
    const next = () => {
      if (client.destroyed) return
      client.write(bytes.subarray(at, at + pieceBytes))
      at += pieceBytes
      if (at < bytes.length) setImmediate(next)
      else server.resume()
    }
    next()
  }

  #strike(kind: string): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1)
  }
}
