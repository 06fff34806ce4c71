// What the commands need of a terminal: questions with visible and hidden answers.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks the person at the terminal. Tests give their own. */
export interface Terminal {
  readonly isInteractive: boolean
  print(text: string): void
  printError(text: string): void
  ask(prompt: string): Promise<string>
  /** Like `ask`, without showing what is typed. */
  askHidden(prompt: string): Promise<string>
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    isInteractive: process.stdin.isTTY === true,
    print: (text) => void process.stdout.write(text),
    printError: (text) => void process.stderr.write(text),
    ask: (prompt) => question(prompt, false),
    askHidden: (prompt) => question(prompt, true),
  }
}

async function question(prompt: string, hidden: boolean): Promise<string> {
  // readline echoes to its output; a hidden answer gets an output that drops everything
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden ? silent : process.stdout, terminal: true })
  if (hidden) process.stdout.write(prompt)
  try {
    return await lines.question(hidden ? '' : prompt)
  } finally {
    lines.close()
    if (hidden) process.stdout.write('\n')
  }
}
