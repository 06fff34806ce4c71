// Where the REST interface listens: `listeners` and `admin.listeners`.
import { CdcError } from '../base/errors.ts'

/** One address to listen on. */
export interface Listener {
  readonly isTls: boolean
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
}

/**
 * Reads a list of listeners. An empty host (`http://:8083`) means loopback here, not every interface: without more settings there is no login.
 * Errors: CDC_CONFIG_INVALID with the setting's name.
 */
export function readListeners(setting: string, text: string): Listener[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(https?):\/\/(\[[0-9a-fA-F:.]+\]|[^:/]*):(\d{1,5})\/?$/i.exec(part)
      if (!match || Number(match[3]) > 65_535)
        throw new CdcError('CDC_CONFIG_INVALID', `Invalid value ${part} for configuration ${setting}`, {
          hint: 'Give listeners as http://host:port or https://host:port, separated by commas.',
        })
      const host = match[2] === '' ? '127.0.0.1' : match[2]!.replace(/^\[|\]$/g, '')
      return { isTls: match[1]!.toLowerCase() === 'https', host, port: Number(match[3]) }
    })
}
