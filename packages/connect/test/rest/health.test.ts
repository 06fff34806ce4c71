import { expect, test } from 'vitest'
import { RestError } from '../../src/rest/resource.ts'
import { rootResources } from '../../src/rest/root.ts'
import type { StateTopics } from '../../src/store/state-topic.ts'
import { MemoryTopics } from '../support/memory-topics.ts'
import { testWorker } from '../support/test-worker.ts'

/** Topics whose writes wait until they are let go. */
class SlowTopics extends MemoryTopics {
  gate: Promise<void> = Promise.resolve()
  readonly waiting = Promise.withResolvers<void>()
  isGated = false

  override async open(...given: Parameters<StateTopics['open']>): ReturnType<StateTopics['open']> {
    const topic = await super.open(...given)
    return {
      ...topic,
      put: async (...records) => {
        if (this.isGated) this.waiting.resolve()
        await this.gate
        await topic.put(...records)
      },
    }
  }
}

test('a worker whose writes hang is unhealthy and says why; afterwards it is well again', async () => {
  const topics = new SlowTopics()
  const { worker } = await testWorker(topics)
  const health = rootResources(worker, 30).find(({ path }) => path === '/health')?.methods.GET
  const ask = async () => {
    if (!health) throw new RestError(404, 'no /health')
    const { status, body } = await health({} as never)
    return { status, body }
  }
  expect(await ask()).toMatchObject({ status: 200, body: { status: 'healthy' } })
  const { promise, resolve } = Promise.withResolvers<void>()
  topics.gate = promise
  topics.isGated = true
  const created = worker.create('c', { 'connector.class': 'example.Source' })
  await topics.waiting.promise
  expect(await ask()).toEqual({
    status: 500,
    body: {
      status: 'unhealthy',
      message:
        'Worker was unable to handle this request and may be unable to handle other requests. The worker is currently writing a change' +
        ' to its topics, which has not been acknowledged for 30 ms.',
    },
  })
  resolve()
  await created
  expect(await ask()).toMatchObject({ status: 200 })
  await worker[Symbol.asyncDispose]()
})
