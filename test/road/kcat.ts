// Topics read by kcat (librdkafka): a client that is not ours.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const KCAT = '/usr/bin/kcat'

/** Whether kcat is installed. */
export const hasKcat = existsSync(KCAT)

/** One record as kcat prints it; `%s` of value and key as they are. */
export interface KcatRecord {
  readonly key: string
  readonly value: Buffer
  readonly headers: string
}

/** All records of a topic from its beginning. */
export async function readByKcat(bootstrap: string, topic: string): Promise<KcatRecord[]> {
  // lengths first: values may hold any byte
  const { stdout } = await run(
    KCAT,
    ['-b', bootstrap, '-C', '-e', '-q', '-o', 'beginning', '-t', topic, '-f', '%K %S %h\\n%k%s\\n'],
    { encoding: 'buffer', maxBuffer: 1 << 29 },
  )
  const records: KcatRecord[] = []
  let at = 0
  while (at < stdout.length) {
    const lineEnd = stdout.indexOf(10, at)
    const [keyLength = '0', valueLength = '0', ...headers] = stdout.subarray(at, lineEnd).toString('utf8').split(' ')
    const [keyBytes, valueBytes] = [Math.max(0, Number(keyLength)), Math.max(0, Number(valueLength))]
    const keyEnd = lineEnd + 1 + keyBytes
    records.push({
      key: stdout.subarray(lineEnd + 1, keyEnd).toString('utf8'),
      value: stdout.subarray(keyEnd, keyEnd + valueBytes),
      headers: headers.join(' '),
    })
    at = keyEnd + valueBytes + 1
  }
  return records
}
