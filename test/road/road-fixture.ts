// A road for a test: every part on a free port, data in a fresh folder.
import { rmSync } from 'node:fs'
import { type RunningRoad, startRoad } from '@millrace/demo-road'
import { freePort, freshFolder } from '@millrace/servers'
import { openLog } from 'millrace'

/** A road and where its parts are. */
export interface TestRoad {
  readonly polls: string
  readonly questions: string
  readonly rest: string
  readonly bootstrap: string
  readonly dataDir: string
  close(): Promise<void>
}

/** Starts a road; with `dataDir` on the data of an earlier one, which is then kept. */
export async function testRoad(
  options: { readonly withoutConnector?: boolean; readonly dataDir?: string } = {},
): Promise<TestRoad> {
  const dataDir = options.dataDir ?? freshFolder('road')
  const [pollsPort, restPort, kafkaPort, questionsPort, mysqlPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  const road: RunningRoad = await startRoad({
    dataDir,
    pollsPort,
    restPort,
    kafkaPort,
    questionsPort,
    mysqlPort,
    withoutConnector: options.withoutConnector ?? false,
    log: openLog('text', 'ERROR'),
  })
  return {
    polls: `http://localhost:${pollsPort}`,
    questions: `http://localhost:${questionsPort}`,
    rest: `http://localhost:${restPort}`,
    bootstrap: `localhost:${kafkaPort}`,
    dataDir,
    close: async () => {
      await road.close()
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Asks again until `probe` gives something, and returns it; throws after the time with what the probe said last. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs
  let last: unknown = 'nothing yet'
  while (Date.now() < end) {
    try {
      const found = await probe()
      if (found !== null && found !== undefined && found !== false) return found
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${what} did not happen within ${timeoutMs} ms (${String(last)})`)
}
