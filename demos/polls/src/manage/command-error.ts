// The error of a command: printed as "CommandError: …", exit status 1, as Django's.

/** A command that cannot do what it was asked; the message is meant for the person at the terminal. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CommandError'
  }
}
