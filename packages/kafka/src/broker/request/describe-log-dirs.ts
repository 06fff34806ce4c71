// DescribeLogDirs: size of every partition and of the disk below.

import { statfs } from 'node:fs/promises'
import type { DescribeLogDirs } from '../../protocol/describe-log-dirs.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore } from '../core.ts'

/** Answers DescribeLogDirs. */
export async function answerDescribeLogDirs(
  core: BrokerCore,
  request: RequestOf<typeof DescribeLogDirs>,
): Promise<ResponseInput<typeof DescribeLogDirs>> {
  const asked = request.topics === null ? undefined : new Map(request.topics.map((one) => [one.topic, one.partitions]))
  const topics = core.topics
    .all()
    .filter(({ name }) => asked === undefined || asked.has(name))
    .map(({ name, partitions }) => ({
      name,
      partitions: partitions
        .filter(({ index }) => asked?.get(name)?.includes(index) !== false)
        .map(({ index, log }) => ({
          partitionIndex: index,
          partitionSize: log.sizeBytes,
          offsetLag: 0,
          isFutureKey: false,
        })),
    }))
  return {
    errorCode: 0,
    results: [{ errorCode: 0, logDir: core.topics.folder, topics, ...(await diskSpace(core.topics.folder)) }],
  }
}

async function diskSpace(folder: string): Promise<{ totalBytes: number; usableBytes: number }> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder)
    return { totalBytes: bsize * blocks, usableBytes: bsize * bavail }
  } catch {
    return { totalBytes: -1, usableBytes: -1 }
  }
}
