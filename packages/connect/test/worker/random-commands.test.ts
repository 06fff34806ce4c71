// Random commands from several clients at once: whatever the order, every connector ends as the last written target says, and nothing of
// it is left over.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CdcError } from '../../src/base/errors.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { MemoryTopics } from '../support/memory-topics.ts'
import { testWorker, until } from '../support/test-worker.ts'

const NAMES = ['a', 'b']
const config = (mark: string) => ({ 'connector.class': 'example.Source', mark })

const commands = {
  create: (worker: Worker, name: string, mark: string) => worker.create(name, config(mark)),
  createStopped: (worker: Worker, name: string, mark: string) => worker.create(name, config(mark), 'STOPPED'),
  createPaused: (worker: Worker, name: string, mark: string) => worker.create(name, config(mark), 'PAUSED'),
  put: (worker: Worker, name: string, mark: string) => worker.putConfig(name, config(mark)),
  patch: (worker: Worker, name: string, mark: string) => worker.patchConfig(name, { mark }),
  delete: (worker: Worker, name: string) => worker.delete(name),
  pause: (worker: Worker, name: string) => worker.pause(name),
  resume: (worker: Worker, name: string) => worker.resume(name),
  stop: (worker: Worker, name: string) => worker.stop(name),
  restart: (worker: Worker, name: string) => worker.restart(name, { includeTasks: false, onlyFailed: false }),
  restartAll: (worker: Worker, name: string) => worker.restart(name, { includeTasks: true, onlyFailed: false }),
  restartFailed: (worker: Worker, name: string) => worker.restart(name, { includeTasks: true, onlyFailed: true }),
  restartTask: (worker: Worker, name: string) => worker.restartTask(name, 0),
  resetOffsets: (worker: Worker, name: string) => worker.whileStopped(name, async () => {}),
}
const words = Object.keys(commands) as (keyof typeof commands)[]

test('ends where the stores say, for any interleaving', async () => {
  const call = fc.record({
    word: fc.constantFrom(...words),
    name: fc.constantFrom(...NAMES),
    mark: fc.constantFrom('1', '2'),
    waits: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 25 }),
      fc.infiniteStream(fc.nat(3)),
      async (calls, delays) => {
        const { worker, tasks } = await testWorker(new MemoryTopics(), () => delays.next().value ?? 0)
        const pending: Promise<unknown>[] = []
        for (const { word, name, mark, waits } of calls) {
          // Every refusal must be one of Connect's: not found, conflict, bad request.
          const result = commands[word](worker, name, mark).catch((error: unknown) => {
            expect([400, 404, 409]).toContain(CdcError.from(error).httpStatus)
          })
          if (waits) await result
          else pending.push(result)
        }
        await Promise.all(pending)
        const alive = (name: string) =>
          tasks.filter(({ order, heard }) => order.connector === name && !heard.includes('stop')).length
        for (const name of NAMES) {
          // Restarts may still be under way: the number of living tasks settles with the status.
          await until(() => {
            const wanted = worker.connectors().includes(name) ? worker.parts.configs.taskConfigs(name).length : 0
            return isSettled(worker, name) && alive(name) === wanted
          }).catch(() => {
            const { configs } = worker.parts
            const found = { status: worker.statusOrNull(name), target: configs.targetState(name), alive: alive(name) }
            throw new Error(`${name} never settled: ${JSON.stringify(found)}`)
          })
        }
        await worker[Symbol.asyncDispose]()
        expect(tasks.every(({ heard }) => heard.includes('stop'))).toBe(true)
      },
    ),
    { numRuns: 500, endOnFailure: true },
  )
}, 60_000)

/** Whether the status shows what the stores ask for. */
function isSettled(worker: Worker, name: string): boolean {
  const status = worker.statusOrNull(name)
  const { configs } = worker.parts
  if (!configs.config(name)) return status === null
  const target = configs.targetState(name)
  const state = target === 'STARTED' ? 'RUNNING' : target
  if (status?.connector.state !== state) return false
  const wanted = configs.taskConfigs(name)
  if (state === 'RUNNING' && wanted.length !== 1) return false
  return status.tasks.length === wanted.length && status.tasks.every((task) => task.state === state)
}
