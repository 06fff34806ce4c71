// Reads DER, the encoding of certificates, keys and PKCS #12 files: as much of it as those need.

/** One element: `tag (1) | length | value`. */
export interface DerNode {
  readonly tag: number
  /** The value. */
  readonly body: Buffer
  /** Tag, length and value. */
  readonly whole: Buffer
}

/** Tags that are used here. */
export const DerTag = { INTEGER: 0x02, OCTETS: 0x04, OID: 0x06, SEQUENCE: 0x30, CONTEXT_0: 0xa0 } as const

/** The elements of a value, in order. Throws RangeError for what is no DER. */
export function derChildren(bytes: Buffer): DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < bytes.length; ) {
    const node = nodeAt(bytes, at)
    nodes.push(node)
    at += node.whole.length
  }
  return nodes
}

/** The children of `node`, which must have `tag`. Throws RangeError. */
export function derOpen(node: DerNode | undefined, tag: number = DerTag.SEQUENCE): DerNode[] {
  if (node?.tag !== tag) throw new RangeError('not the element that was expected')
  return derChildren(node.body)
}

/** Bytes of an OCTET STRING, also of one in pieces. Throws RangeError. */
export function derOctets(node: DerNode | undefined): Buffer {
  if (node === undefined) throw new RangeError('no bytes')
  // Bit 0x20: in pieces. A context tag in place of the type's is possible too.
  return (node.tag & 0x20) === 0 ? node.body : Buffer.concat(derChildren(node.body).map(derOctets))
}

/** Text of an object identifier: `1.2.840.113549`. Throws RangeError. */
export function derOid(node: DerNode | undefined): string {
  if (node?.tag !== DerTag.OID || node.body.length === 0) throw new RangeError('no object identifier')
  const parts: number[] = []
  let value = 0
  for (const byte of node.body) {
    value = value * 128 + (byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    else parts.push(value)
    value = 0
  }
  return parts.join('.')
}

/** A small INTEGER. Throws RangeError for one above 2^31. */
export function derInt(node: DerNode | undefined): number {
  if (node?.tag !== DerTag.INTEGER || node.body.length < 1 || node.body.length > 4)
    throw new RangeError('no small number')
  return node.body.readUIntBE(0, node.body.length)
}

function nodeAt(bytes: Buffer, at: number): DerNode {
  if (bytes.length - at < 2) throw new RangeError('cut short')
  const tag = bytes[at]!
  let length = bytes[at + 1]!
  let bodyAt = at + 2
  if (length >= 0x80) {
    const width = length & 0x7f
    // 0: of indefinite length, which Java and OpenSSL do not write.
    if (width === 0 || width > 4 || bytes.length - bodyAt < width)
      throw new RangeError('a length that is not understood')
    length = bytes.readUIntBE(bodyAt, width)
    bodyAt += width
  }
  const end = bodyAt + length
  if (end > bytes.length) throw new RangeError('cut short')
  return { tag, body: bytes.subarray(bodyAt, end), whole: bytes.subarray(at, end) }
}
