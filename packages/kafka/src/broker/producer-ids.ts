// Ids of idempotent producers. Never given twice, not even after a crash: a block of ids is noted on disk before the first of it is used.

import { join } from 'node:path'
import { readSealedFile, writeSealedFile } from '../log/sealed-file.ts'

const FORMAT = 1
const BLOCK = 1000

/** The counter of a data folder. */
export class ProducerIds {
  readonly #path: string
  #next: number
  /** Ids below this one are noted as used. */
  #reserved: number
  #reserving: Promise<void> | undefined

  private constructor(path: string, reserved: number) {
    this.#path = path
    this.#next = reserved
    this.#reserved = reserved
  }

  /** Rejects with `DATA_CORRUPT` when the counter's file is damaged. */
  static async open(folder: string): Promise<ProducerIds> {
    const path = join(folder, 'producer-ids')
    const stored = (await readSealedFile(path, FORMAT)) as { reserved: number } | undefined
    return new ProducerIds(path, stored?.reserved ?? 0)
  }

  /** A fresh id. Rejects with `KAFKA_STORAGE_ERROR`. */
  async next(): Promise<number> {
    while (this.#next >= this.#reserved) {
      this.#reserving ??= this.#reserve().finally(() => {
        this.#reserving = undefined
      })
      await this.#reserving
    }
    return this.#next++
  }

  async #reserve(): Promise<void> {
    const reserved = this.#reserved + BLOCK
    await writeSealedFile(this.#path, FORMAT, { reserved })
    this.#reserved = reserved
  }
}
