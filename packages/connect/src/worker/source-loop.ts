// The loop of a source task: batch → records → acknowledgement → offset. It fits one screen; what it calls stands in the files beside it.
import type { SourceItem } from '../data/change-row.ts'
import type { Source } from '../source/source.ts'
import type { Progress } from './progress.ts'
import type { RecordOutput } from './record-output.ts'
import type { RecordWriter } from './record-writer.ts'

/** What the loop joins. */
export interface SourceLoopOptions {
  readonly source: Source
  /** Interrupts what the source waits for: it is left after a failure that is not its own. */
  readonly interrupt: () => void
  readonly writer: RecordWriter
  readonly output: RecordOutput
  readonly progress: Progress
  /** Resolves at once unless the task is paused, then when it goes on or ends. */
  readonly whenUnpaused: () => Promise<void>
  /** Called with topics that got their first acknowledged record. */
  readonly onTopics: (topics: readonly string[]) => void
}

/**
 * Runs until the source ends or something fails; then everything read is sent, acknowledged and its offset stored before it returns or
 * throws, as far as the failure allows.
 */
export async function runSourceLoop(options: SourceLoopOptions): Promise<void> {
  const { source, interrupt, writer, output, progress, whenUnpaused, onTopics } = options
  const write = (item: SourceItem) => {
    writer.write(item)
  }
  const batches = source.batches()[Symbol.asyncIterator]()
  let failure: unknown = null
  try {
    for (;;) {
      const next = batches.next()
      // A source that has nothing at hand is drained: what is open goes out now instead of waiting for a batch to fill.
      if (!(await isSettledSoon(next))) {
        output.send()
        await progress.settled(next)
      }
      const { done, value: batch } = await next
      if (done) break
      await whenUnpaused()
      progress.begin()
      writer.begin()
      batch.forEach(write)
      await writer.settle()
      const acknowledged = output.acknowledged()
      progress.add(batch, acknowledged)
      const topics = writer.takeNewTopics()
      if (topics.length > 0) acknowledged.then(() => onTopics(topics), ignore) // progress keeps the failure
      progress.check()
      await output.room()
    }
  } catch (caught) {
    failure = caught
    // A source that was left in the middle holds connections, and locks, until it is told that nobody asks for more.
    interrupt()
    await batches.return?.().catch(ignore)
  }
  try {
    output.send()
    await output.acknowledged()
    await progress.flush()
    progress.check()
  } catch (caught) {
    failure ??= caught
  }
  if (failure !== null) throw failure
}

function ignore(): void {}

/** Whether a promise settles before the event loop has looked at its sockets once. */
async function isSettledSoon(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false
  const mark = () => {
    isSettled = true
  }
  promise.then(mark, mark)
  await new Promise((resolve) => setImmediate(resolve))
  return isSettled
}
