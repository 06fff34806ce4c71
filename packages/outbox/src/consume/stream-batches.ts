// Reading a client's message stream in batches instead of message by message.
import type { Readable } from 'node:stream'

/**
 * Yields what is buffered, at most `max` messages at a time, waiting when there is nothing. Ends when the stream ends or is
 * destroyed without an error; throws the stream's error.
 */
export async function* batchesOf<Message>(stream: Readable, max: number): AsyncGenerator<Message[]> {
  let wake: () => void = () => undefined
  const onChange = () => wake()
  // this listener also puts the stream into paused reading, without which the client fetches nothing
  const events = ['readable', 'end', 'close', 'error']
  for (const event of events) stream.on(event, onChange)
  try {
    while (true) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const batch: Message[] = []
      while (batch.length < max) {
        const message = stream.read() as Message | null
        if (message === null) break
        batch.push(message)
      }
      if (batch.length > 0) yield batch
      else if (stream.errored !== null) throw stream.errored
      else if (stream.readableEnded || stream.destroyed) return
      else await changed
    }
  } finally {
    // the error listener stays: an error after we stopped reading must not end the process
    for (const event of events.slice(0, 3)) stream.off(event, onChange)
  }
}
