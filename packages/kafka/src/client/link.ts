// The contract of a link: how Kafka requests travel to a broker. No code. Two kinds: a TCP or TLS socket (client/tcp-link.ts) and,
// to the embedded broker in another thread, a message port (client/port-link.ts). Both move the same bytes.

/**
 * A two-way pipe of frames to one broker, or, on the broker's side, to one client.
 * A frame is a Kafka request or response without its 4-byte length prefix.
 */
export interface Link {
  /**
   * Sends one frame made of the given parts in order. The parts must not be changed until the returned promise resolves; it resolves when
   * the link has taken the bytes (socket buffer drained below its mark, or message posted), which is the sender's back-pressure.
   * Rejects with a KafkaError `NETWORK_EXCEPTION` when the link is closed. One part in shared memory may be read, and written around, until the
   * frame is answered: see client/batch-memory.ts.
   */
  send(parts: readonly Uint8Array[]): Promise<void>
  /** Called once per received frame, in order. The frame is the receiver's to keep. Set before the first frame can arrive. */
  onFrame: (frame: Buffer) => void
  /**
   * Optional: gives the memory of a received frame back to the link, when nothing refers to it any more. A port link sends it back to the
   * other side for its next frames, so that neither side allocates. Not to be called for a frame of which any part is kept.
   */
  release?(frame: Buffer): void
  /** Called once when the link ends; `error` is undefined after `close()`. No frame follows. */
  onClose: (error?: Error) => void
  /** Name of the other side for logs: `127.0.0.1:9092` or `embedded`. */
  readonly peer: string
  close(): void
}

/** Opens a link to the broker at `host:port`. The embedded broker ignores the address: it is one node. */
export type LinkFactory = (host: string, port: number, signal: AbortSignal) => Promise<Link>
