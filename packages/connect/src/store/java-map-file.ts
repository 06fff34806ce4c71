// A `java.util.HashMap<byte[], byte[]>` as Java's ObjectOutputStream writes it: the file in which a standalone worker keeps source offsets.

const STREAM_MAGIC = 0xaced0005
const [TC_NULL, TC_REFERENCE, TC_CLASSDESC, TC_OBJECT, TC_ARRAY, TC_BLOCKDATA, TC_ENDBLOCKDATA] = [
  0x70, 0x71, 0x72, 0x73, 0x75, 0x77, 0x78,
]
const FIRST_HANDLE = 0x7e0000
const HASH_MAP_UID = 0x0507dac1c31660d1n
const BYTES_UID = 0xacf317f8060854e0n
const LOAD_FACTOR = 0.75

/** Writes the map. Values may be null, as those of deleted offsets are. */
export function writeJavaMap(entries: readonly (readonly [Buffer, Buffer | null])[]): Buffer {
  let buckets = 16
  while (entries.length > buckets * LOAD_FACTOR) buckets *= 2
  const parts: Buffer[] = [
    uint32(STREAM_MAGIC),
    Buffer.from([TC_OBJECT, TC_CLASSDESC]),
    classText('java.util.HashMap', HASH_MAP_UID, 0x03),
    Buffer.from([0, 2, 0x46]),
    text('loadFactor'),
    Buffer.from([0x49]),
    text('threshold'),
    Buffer.from([TC_ENDBLOCKDATA, TC_NULL]),
    float32(LOAD_FACTOR),
    uint32(buckets * LOAD_FACTOR),
    Buffer.from([TC_BLOCKDATA, 8]),
    uint32(buckets),
    uint32(entries.length),
  ]
  let isDescribed = false
  const bytes = (value: Buffer | null): void => {
    if (value === null) {
      parts.push(Buffer.from([TC_NULL]))
      return
    }
    parts.push(Buffer.from([TC_ARRAY]))
    if (isDescribed)
      parts.push(Buffer.from([TC_REFERENCE]), uint32(FIRST_HANDLE + 2)) // 0: HashMap's class, 1: the map, 2: byte[]
    else
      parts.push(
        Buffer.from([TC_CLASSDESC]),
        classText('[B', BYTES_UID, 0x02),
        Buffer.from([0, 0, TC_ENDBLOCKDATA, TC_NULL]),
      )
    isDescribed = true
    parts.push(uint32(value.length), value)
  }
  for (const [key, value] of entries) {
    bytes(key)
    bytes(value)
  }
  parts.push(Buffer.from([TC_ENDBLOCKDATA]))
  return Buffer.concat(parts)
}

/** Reads such a file. Throws a RangeError that says what it is instead; nothing of the content stands in it. */
export function readJavaMap(file: Buffer): [Buffer, Buffer | null][] {
  const reader = new ObjectReader(file)
  reader.expect(reader.uint32() === STREAM_MAGIC, 'no Java object stream')
  reader.expect(reader.uint8() === TC_OBJECT, 'no object')
  reader.classDescription('java.util.HashMap')
  reader.newHandle(null)
  reader.skip(8) // loadFactor and threshold, which Java computes anew
  reader.expect(reader.uint8() === TC_BLOCKDATA && reader.uint8() === 8, 'no map')
  reader.skip(4)
  const count = reader.uint32()
  const entries: [Buffer, Buffer | null][] = []
  for (let i = 0; i < count; i++) {
    const key = reader.bytes()
    const value = reader.bytes()
    if (key !== null) entries.push([key, value])
  }
  return entries
}

class ObjectReader {
  readonly #file: Buffer
  /** What back references name: arrays; null for class descriptions and the map. */
  readonly #handles: (Buffer | null)[] = []
  #pos = 0

  constructor(file: Buffer) {
    this.#file = file
  }

  expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new RangeError(`this is no file of offsets: ${otherwise} at byte ${this.#pos}`)
  }

  uint8(): number {
    return this.#take(1).readUInt8()
  }

  uint32(): number {
    return this.#take(4).readUInt32BE()
  }

  skip(count: number): void {
    this.#take(count)
  }

  newHandle(value: Buffer | null): void {
    this.#handles.push(value)
  }

  /** A class description or a reference to one; its fields are passed over. */
  classDescription(name: string): void {
    const tag = this.uint8()
    if (tag === TC_REFERENCE) {
      this.skip(4)
      return
    }
    this.expect(tag === TC_CLASSDESC, 'no class')
    this.expect(this.#text() === name, `not the class ${name}`)
    this.skip(9)
    this.newHandle(null)
    for (let fields = this.#take(2).readUInt16BE(); fields > 0; fields--) {
      this.skip(1)
      this.#text()
    }
    this.expect(this.uint8() === TC_ENDBLOCKDATA && this.uint8() === TC_NULL, 'a class of another form')
  }

  /** A byte array, a reference to one, or null. */
  bytes(): Buffer | null {
    const tag = this.uint8()
    if (tag === TC_NULL) return null
    if (tag === TC_REFERENCE) {
      const known = this.#handles[this.uint32() - FIRST_HANDLE]
      this.expect(known instanceof Buffer, 'a reference to something else')
      return known ?? null
    }
    this.expect(tag === TC_ARRAY, 'no array')
    this.classDescription('[B')
    const value = Buffer.from(this.#take(this.uint32()))
    this.newHandle(value)
    return value
  }

  #text(): string {
    return this.#take(this.#take(2).readUInt16BE()).toString('utf8')
  }

  #take(count: number): Buffer {
    this.expect(this.#pos + count <= this.#file.length, 'it is cut off')
    this.#pos += count
    return this.#file.subarray(this.#pos - count, this.#pos)
  }
}

function classText(name: string, uid: bigint, flags: number): Buffer {
  const serial = Buffer.alloc(9)
  serial.writeBigUInt64BE(uid)
  serial.writeUInt8(flags, 8)
  return Buffer.concat([text(name), serial])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatBE(value)
  return bytes
}
