// The contract of a character set's decoder. No code.
import type { CellJsonWriter } from '../type/column-type.ts'

/** Decodes bytes of one character set. What is no character of the set becomes U+FFFD and is counted in `malformedText`. */
export interface CharsetDecoder {
  readonly decode: (bytes: Buffer, start: number, end: number) => string
  /** Appends the text as a JSON string. */
  readonly writeJson: CellJsonWriter
}
