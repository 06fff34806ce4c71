// Source ids: 16 bytes to text and back.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

// Most transactions of a log come from one server: the same text object again spares making and hashing it.
const lastBytes = new Uint8Array(16)
let lastText = '00000000-0000-0000-0000-000000000000'

/** Text of the 16 bytes at `bytes[at]`: lower case, with hyphens. The caller has checked that they are there. */
export function uuidText(bytes: Uint8Array, at: number): string {
  let isLast = true
  for (let i = 0; i < 16 && isLast; i++) isLast = bytes[at + i] === lastBytes[i]
  if (isLast) return lastText
  let text = ''
  for (let i = 0; i < 16; i++) {
    lastBytes[i] = bytes[at + i]!
    text += HEX[bytes[at + i]!]
    if (i === 3 || i === 5 || i === 7 || i === 9) text += '-'
  }
  lastText = text
  return text
}

/** The 16 bytes of a UUID text; hyphens and case do not matter. */
export function uuidBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', ''), 'hex')
}
