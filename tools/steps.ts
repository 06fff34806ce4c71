// Runs named commands one after the other, shows their output, and remembers what failed: the engine of check.ts and test.ts.
import { spawn } from 'node:child_process'
import path from 'node:path'

/** The root of the checkout. */
export const root = path.join(import.meta.dirname, '..')

/** Outcome of one command. */
export interface StepResult {
  readonly name: string
  readonly ok: boolean
  readonly seconds: number
}

/** Runs a package's binary from node_modules/.bin by the Node that runs us; output goes to the terminal. */
export async function step(name: string, binary: string, args: readonly string[]): Promise<StepResult> {
  const started = performance.now()
  console.log(`\n── ${name}`)
  const bin = path.join(root, 'node_modules/.bin')
  const command = binary === 'node' ? process.execPath : path.join(bin, binary)
  const ok = await new Promise<boolean>((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: [path.dirname(process.execPath), bin, process.env['PATH'] ?? ''].join(path.delimiter),
      },
    })
    child.once('error', (error) => {
      console.error(`${name}: ${error.message}`)
      resolve(false)
    })
    child.once('exit', (code) => resolve(code === 0))
  })
  return { name, ok, seconds: (performance.now() - started) / 1000 }
}

/** Runs a TypeScript file by the Node that runs us, shows its output line by line and returns it. */
export async function captured(
  name: string,
  args: readonly string[],
): Promise<StepResult & { readonly output: string }> {
  const started = performance.now()
  console.log(`\n── ${name}`)
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    process.stdout.write(text)
  })
  const ok = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
  return { name, ok, seconds: (performance.now() - started) / 1000, output }
}

/** Prints one line per step and sets the exit code. */
export function summary(results: readonly StepResult[]): void {
  console.log('')
  for (const { name, ok, seconds } of results)
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
  if (results.some((result) => !result.ok)) process.exitCode = 1
}
