// Whether a topic holds exactly the rows that were written: as many, in order, each once.
import { type Cluster, readTopic } from '@millrace/kafka'

const KEY = /^\{"id":(\d+)\}$/

/**
 * Reads `rows` records from the offset on. Resolves with the bytes of their keys and values. Rejects at the first record that is not the
 * creation of the next id.
 */
export async function checkTopic(
  cluster: Cluster,
  topic: string,
  fromOffset: number,
  rows: number,
  firstId: number,
): Promise<number> {
  let bytes = 0
  let id = firstId
  for await (const { records, nextOffset, highWatermark } of readTopic(cluster, {
    topic,
    partition: 0,
    fromOffset,
    maxWaitMs: 0,
  })) {
    for (const { key, value } of records) {
      const found = Number(KEY.exec(key?.toString('latin1') ?? '')?.[1])
      if (found !== id) throw new Error(`the topic has the row ${found} where ${id} is due`)
      if (value === null) throw new Error(`the row ${id} has no value in the topic`)
      bytes += key!.length + value.length
      id++
    }
    if (nextOffset >= highWatermark) break
  }
  if (id - firstId !== rows) throw new Error(`${rows} rows were written and ${id - firstId} are in the topic`)
  return bytes
}
