// How decoders of text tell that bytes were no characters, without a parameter on their way: they count here, and only where they already
// found a bad sequence. Who wants to know compares the count before and after a row; valid text costs nothing.
import { isAscii, isUtf8 } from 'node:buffer'

/** `count`: sequences of this thread so far that were no character of their set and became U+FFFD. It only grows. */
export const malformedText: { count: number } = { count: 0 }

/** The text of UTF-8 bytes; what is malformed becomes U+FFFD and is counted. */
export function utf8Text(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  // A character U+FFFD may stand in the bytes themselves.
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) malformedText.count++
  return text
}

/** The text of ASCII bytes; every byte from 0x80 up becomes U+FFFD and is counted. */
export function asciiText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('latin1', start, end)
  if (isAscii(bytes.subarray(start, end))) return text
  malformedText.count++
  return text.replace(/[\x80-\xff]/g, '\uFFFD')
}
