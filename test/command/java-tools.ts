// Kafka's own command line tools in one Java process.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { kafkaClassPath } from '@millrace/servers'

/** How a tool ended and what it printed. */
export interface ToolResult {
  readonly code: number
  readonly out: string
}

/** The running process. */
export interface JavaTools extends Disposable {
  /** Runs a tool by its class. */
  run(className: string, args: readonly string[], input?: string): Promise<ToolResult>
}

/** Starts the process. Errors: of Maven, when Kafka's jars cannot be fetched. */
export async function startJavaTools(): Promise<JavaTools> {
  const source = path.join(import.meta.dirname, 'ToolServer.java')
  const options = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
  const child = spawn('java', [...options, '-cp', await kafkaClassPath(), source], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const waiting: { resolve: (result: ToolResult) => void; reject: (error: Error) => void }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    // anything else is a tool's own logging, which keeps the stream it found first
    const [, code, out = ''] = /^@(-?\d+)\t(.*)$/.exec(line) ?? []
    if (code !== undefined) waiting.shift()?.resolve({ code: Number(code), out: Buffer.from(out, 'base64').toString() })
  })
  child.once('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('the Java process with the tools has ended'))
  })
  return {
    run: (className, args, input = '') =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        child.stdin.write(`${[Buffer.from(input).toString('base64'), className, ...args].join('\t')}\n`)
      }),
    [Symbol.dispose]: () => void child.kill(),
  }
}
