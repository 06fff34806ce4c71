// The source alone: a process that reads the log and writes complete JSON into a buffer that nobody reads.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { connectorConfig } from './connector.ts'
import type { NullResult } from './null-child.ts'
import type { Shop } from './shop.ts'
import { peakMegabytes } from './usage.ts'

/** A run that stands at the log's end as it was when it was opened. */
export interface NullRun extends AsyncDisposable {
  /** Reads the rows written since. Rejects when the process fails or its count is wrong. */
  read(): Promise<NullResult & { readonly peakMegabytes: number }>
}

/** Starts the process. `rows`: how many will have been written to the table before `read` is called. */
export async function openNullRun(shop: Shop, rows: number, table?: string): Promise<NullRun> {
  const config = JSON.stringify(connectorConfig(shop, 'none:1', table))
  const script = path.join(import.meta.dirname, 'null-child.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, String(rows), config], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>(): Promise<T> => {
    const { done, value } = await lines.next()
    if (done) throw new Error('the process of the source ended early')
    return JSON.parse(value) as T
  }
  await next()
  return {
    read: async () => {
      child.stdin.write('\n')
      const result = await next<NullResult>()
      if (result.rows !== rows) throw new Error(`${rows} rows were written and ${result.rows} were read`)
      return { ...result, peakMegabytes: peakMegabytes(child.pid!) }
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
