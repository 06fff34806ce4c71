// The road's ports: all checked before anything starts, so that a busy one is told at once, with its holder and its flag.
import { answersAt } from '@millrace/servers'
import { portHolder } from 'millrace'

/** A port that the road wants, and the flag that changes it. */
export interface WantedPort {
  readonly what: string
  readonly port: number
  readonly flag: string
}

/** A sentence per busy port; empty when all are free. */
export async function busyPorts(wanted: readonly WantedPort[]): Promise<string[]> {
  const sentences: string[] = []
  for (const { what, port, flag } of wanted) {
    if (port === 0 || !(await answersAt(port))) continue
    const holder = portHolder(port)
    sentences.push(
      `port ${port} (${what}) is taken${holder === undefined ? '' : ` by ${holder}`}: end that program, or choose another port with ${flag}`,
    )
  }
  return sentences
}
