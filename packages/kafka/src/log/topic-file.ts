// What is known of a topic beside its records: one small checksummed file per topic, replaced as a whole.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KafkaError } from '../error.ts'
import { nodeDisk } from './disk.ts'
import { readSealedFile, writeSealedFile } from './sealed-file.ts'

/** A topic of the data folder. `id`: 32 hexadecimal digits in UUID form. Configs hold only what differs from the defaults. */
export interface TopicFacts {
  readonly name: string
  readonly id: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

const FORMAT = 1

/** Names that Kafka allows; they are safe as file names too. */
export function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..'
}

/** The folder `topics` of a data folder. */
export class TopicFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** All topics. Rejects with DATA_CORRUPT when a file is damaged: a topic is never lost in silence. */
  async readAll(): Promise<TopicFacts[]> {
    const topics: TopicFacts[] = []
    for (const file of await readdir(this.#folder)) {
      if (!file.endsWith('.topic')) continue
      const facts = (await readSealedFile(join(this.#folder, file), FORMAT)) as TopicFacts
      if (`${facts.name}.topic` !== file)
        throw new KafkaError('DATA_CORRUPT', `${join(this.#folder, file)} describes another topic, ${facts.name}`)
      topics.push(facts)
    }
    return topics
  }

  /** Writes or replaces; on disk when it resolves. */
  write(facts: TopicFacts): Promise<void> {
    return writeSealedFile(join(this.#folder, `${facts.name}.topic`), FORMAT, facts)
  }

  /** Removes; on disk when it resolves. */
  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, `${name}.topic`), { force: true })
    await rm(join(this.#folder, `${name}.topic.previous`), { force: true })
    await nodeDisk.syncFolder(this.#folder)
  }
}
