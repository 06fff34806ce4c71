// A socket, reduced to what packet reading needs: bytes come in through one callback, reading can pause.
import type { Socket } from 'node:net'

/** A socket that belongs to us. Nothing but `onBytes` sees received data. */
export interface RawSocket {
  /**
   * Called with received bytes, `bytes[0, count)`, valid only during the call. `isDrained`: the system had nothing more at that moment.
   * Set before data can arrive. Returning false pauses reading until `resume`.
   */
  onBytes: (bytes: Buffer, count: number, isDrained: boolean) => boolean
  /** Called once when the connection ends or fails. */
  onEnd: (error: Error | null) => void
  write(bytes: Buffer): void
  /** Closes our side once what was written is out. */
  end(): void
  resume(): void
  destroy(): void
  readonly isTls: boolean
}

/** Size of the buffer that the system reads into: large enough that one read empties a default socket buffer. */
export const INTAKE_BYTES = 256 * 1024

/** The receiving end of a plain socket: the system writes into one buffer, `deliver` is told how much. */
export class Intake {
  readonly buffer: Buffer = Buffer.allocUnsafeSlow(INTAKE_BYTES)
  /** What gets the bytes now. Answers false to pause. */
  deliver: (bytes: Buffer, count: number, isDrained: boolean) => boolean = () => true

  readonly onread = {
    buffer: this.buffer,
    callback: (count: number): boolean => this.deliver(this.buffer, count, count < INTAKE_BYTES),
  }
}

/**
 * Makes a RawSocket of a socket whose other listeners are gone. `intake` is the plain socket's buffer; null for TLS, whose data arrives by
 * the `data` event.
 */
export function rawSocketOf(socket: Socket, intake: Intake | null): RawSocket {
  const raw: RawSocket = {
    onBytes: () => true,
    onEnd: () => {},
    write: (bytes) => {
      socket.write(bytes)
    },
    end: () => {
      socket.end()
    },
    resume: () => {
      socket.resume()
    },
    destroy: () => {
      socket.destroy()
    },
    isTls: intake === null,
  }
  if (intake === null) {
    socket.on('data', (bytes: Buffer) => {
      // A TLS layer gives no sign of an empty socket; the reader asks again in the next turn of the event loop.
      if (!raw.onBytes(bytes, bytes.length, true)) socket.pause()
    })
  } else {
    intake.deliver = (bytes, count, isDrained) => raw.onBytes(bytes, count, isDrained)
  }
  let hasEnded = false
  const end = (error: Error | null) => {
    if (hasEnded) return
    hasEnded = true
    raw.onEnd(error)
  }
  socket.on('error', (error) => end(error))
  socket.on('end', () => end(null))
  socket.on('close', () => end(null))
  return raw
}
