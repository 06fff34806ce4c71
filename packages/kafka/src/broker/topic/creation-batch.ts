// Topics that are created together: their folders are made side by side, and the list of topics is written once for all of them.

import { KafkaError } from '../../error.ts'
import type { Topic } from './topic.ts'

/** A topic to be made: `open` makes its partitions on disk, `discard` takes them away again. */
export interface Creation {
  readonly topic: Topic
  /** Throws when the topic cannot be made (it exists, its name collides …). */
  check(): void
  open(): Promise<void>
  discard(): Promise<void>
  readonly done: PromiseWithResolvers<Topic>
}

/** Folders made at the same time. */
const SIDE_BY_SIDE = 16

/** Runs `work` on every item, some at a time. Rejects with the first failure, when all that was begun has ended. */
export async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const run = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!)
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(SIDE_BY_SIDE, items.length) }, run))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** Makes the topics; `store` writes the list with those that could be made, `add` lets clients see them. Settles every creation's promise. */
export async function createTogether(
  creations: readonly Creation[],
  store: (topics: Topic[]) => Promise<void>,
  add: (topic: Topic) => void,
): Promise<void> {
  const made: Creation[] = []
  const fail = async (creation: Creation, error: unknown): Promise<void> => {
    await creation.discard().catch(() => {})
    creation.done.reject(KafkaError.from(error))
  }
  const checked = creations.filter((creation) => {
    try {
      creation.check()
      return true
    } catch (error) {
      creation.done.reject(error)
      return false
    }
  })
  await sideBySide(checked, async (creation) => {
    try {
      await creation.open()
      made.push(creation)
    } catch (error) {
      await fail(creation, error)
    }
  })
  if (made.length === 0) return
  // in the order they were asked for
  const inOrder = checked.filter((creation) => made.includes(creation))
  try {
    await store(inOrder.map(({ topic }) => topic))
  } catch (error) {
    for (const creation of inOrder) await fail(creation, error)
    return
  }
  for (const { topic, done } of inOrder) {
    add(topic)
    done.resolve(topic)
  }
}
