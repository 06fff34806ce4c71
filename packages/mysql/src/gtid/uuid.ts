// Source ids: 16 bytes to text and back.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Text of the 16 bytes at `bytes[at]`: lower case, with hyphens. The caller has checked that they are there. */
export function uuidText(bytes: Uint8Array, at: number): string {
  let text = ''
  for (let i = 0; i < 16; i++) {
    text += HEX[bytes[at + i]!]
    if (i === 3 || i === 5 || i === 7 || i === 9) text += '-'
  }
  return text
}

/** The 16 bytes of a UUID text; hyphens and case do not matter. */
export function uuidBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', ''), 'hex')
}
