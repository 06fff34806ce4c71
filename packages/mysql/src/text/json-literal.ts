// Appends JSON's literal words and other text that is known beforehand.
import type { ByteSink } from '../type/column-type.ts'

const NULL = Buffer.from('null')
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

/** Appends short constant bytes. */
export function writeConstant(text: Uint8Array, sink: ByteSink): void {
  const length = text.length
  sink.reserve(length)
  const out = sink.bytes
  const pos = sink.pos
  for (let i = 0; i < length; i++) out[pos + i] = text[i]!
  sink.pos = pos + length
}

/** Appends `null`. */
export function writeNull(sink: ByteSink): void {
  writeConstant(NULL, sink)
}

/** Appends `true`. */
export function writeTrue(sink: ByteSink): void {
  writeConstant(TRUE, sink)
}

/** Appends `false`. */
export function writeFalse(sink: ByteSink): void {
  writeConstant(FALSE, sink)
}
