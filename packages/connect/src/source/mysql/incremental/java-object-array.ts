// Java's serialization of an Object[] in hex: how Debezium keeps keys of an incremental snapshot in offsets, so that either side can go on
// where the other stopped. Numbers, texts and bytes; other objects are not read.
import { CdcError } from '../../../base/errors.ts'

/** An element: a number is an Integer, a bigint a Long. */
export type JavaElement = number | bigint | string | Buffer | null

const OBJECT_ARRAY = classDescription('[Ljava.lang.Object;', '90ce589f1073296c', '020000')
const BYTE_ARRAY = classDescription('[B', 'acf317f8060854e0', '020000')
const NUMBER = classDescription('java.lang.Number', '86ac951d0b94e08b', '020000')
const NUMBERS = {
  I: classDescription('java.lang.Integer', '12e2a0a4f7818738', '02000149000576616c7565'),
  J: classDescription('java.lang.Long', '3b8be490cc8f23df', '0200014a000576616c7565'),
} as const
const [NULL, REFERENCE, CLASS, OBJECT, STRING, ARRAY] = ['70', '71', '72', '73', '74', '75'] as const
const END = '78'

function classDescription(name: string, uid: string, rest: string): string {
  return lengthText(name) + uid + rest
}

function lengthText(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return length.toString('hex') + bytes.toString('hex')
}

const int = (value: number) => (value >>> 0).toString(16).padStart(8, '0')
const long = (value: bigint) => BigInt.asUintN(64, value).toString(16).padStart(16, '0')

/** Writes the array. Texts must be shorter than 64 KiB. */
export function javaObjectArray(elements: readonly JavaElement[]): string {
  // Handles: the array's class and the array itself are the first two.
  let handles = 2
  const known = new Map<string, number>()
  const described = (name: string, description: string, parent: string): string => {
    const handle = known.get(name)
    if (handle !== undefined) return REFERENCE + int(0x7e0000 + handle)
    known.set(name, handles++)
    return CLASS + description + END + parent
  }
  const number = (code: 'I' | 'J', value: string): string => {
    const isKnown = known.has(code)
    let type = described(code, NUMBERS[code], '')
    // The class's parent follows its first description.
    if (!isKnown) type += described('Number', NUMBER, NULL)
    handles++
    return OBJECT + type + value
  }
  let hex = `aced0005${ARRAY}${CLASS}${OBJECT_ARRAY}${END}${NULL}${int(elements.length)}`
  for (const element of elements) {
    if (element === null) hex += NULL
    else if (typeof element === 'number') hex += number('I', int(element))
    else if (typeof element === 'bigint') hex += number('J', long(element))
    else if (typeof element === 'string') {
      hex += STRING + lengthText(element)
      handles++
    } else {
      hex += ARRAY + described('[B', BYTE_ARRAY, NULL) + int(element.length) + element.toString('hex')
      handles++
    }
  }
  return hex
}

/** Reads an array. Throws CDC_POSITION_INVALID for anything else, and for objects of other classes. */
export function readJavaObjectArray(hex: string): readonly JavaElement[] {
  const reader = new ObjectReader(hex)
  try {
    return reader.array()
  } catch (cause) {
    throw new CdcError('CDC_POSITION_INVALID', 'The key of the incremental snapshot in the offset cannot be read', {
      cause,
    })
  }
}

type Handle = { readonly name: string } | { readonly value: JavaElement } | null

class ObjectReader {
  readonly #bytes: Buffer
  #pos = 0
  readonly #handles: Handle[] = []

  constructor(hex: string) {
    this.#bytes = Buffer.from(hex, 'hex')
  }

  array(): readonly JavaElement[] {
    if (this.#int() !== 0xaced0005 >> 0 || this.#byte() !== 0x75) throw new Error('no array')
    if (this.#classDescription() !== '[Ljava.lang.Object;') throw new Error('no array of objects')
    this.#handles.push(null)
    return Array.from({ length: this.#int() }, () => this.#element())
  }

  #element(): JavaElement {
    const tag = this.#byte()
    switch (tag) {
      case 0x70:
        return null
      case 0x71: {
        const handle = this.#handles[this.#int() - 0x7e0000]
        if (handle == null || !('value' in handle)) throw new Error('a reference to something else')
        return handle.value
      }
      case 0x73:
        return this.#number()
      case 0x74:
        return this.#remember(this.#text())
      case 0x75: {
        if (this.#classDescription() !== '[B') throw new Error('an array of something else')
        const length = this.#int()
        return this.#remember(Buffer.from(this.#take(length)))
      }
      default:
        throw new Error('something else')
    }
  }

  #number(): JavaElement {
    const name = this.#classDescription()
    switch (name) {
      case 'java.lang.Integer':
        return this.#remember(this.#int())
      case 'java.lang.Short':
        return this.#remember(this.#take(2).readInt16BE())
      case 'java.lang.Byte':
        return this.#remember(this.#take(1).readInt8())
      case 'java.lang.Long':
        return this.#remember(this.#take(8).readBigInt64BE())
      default:
        throw new Error('an object of another class')
    }
  }

  #remember<T extends JavaElement>(value: T): T {
    this.#handles.push({ value })
    return value
  }

  /** The class's name; its parents are read and forgotten. */
  #classDescription(): string {
    const tag = this.#byte()
    if (tag === 0x70) return ''
    if (tag === 0x71) {
      const handle = this.#handles[this.#int() - 0x7e0000]
      if (handle == null || !('name' in handle)) throw new Error('no class')
      return handle.name
    }
    if (tag !== 0x72) throw new Error('no class')
    const name = this.#text()
    this.#take(8)
    this.#handles.push({ name })
    this.#take(1)
    for (let fields = this.#take(2).readUInt16BE(); fields > 0; fields--) {
      if ('L['.includes(String.fromCharCode(this.#byte()))) throw new Error('a class with objects in it')
      this.#text()
    }
    if (this.#byte() !== 0x78) throw new Error('an annotated class')
    this.#classDescription()
    return name
  }

  #text(): string {
    return this.#take(this.#take(2).readUInt16BE()).toString('utf8')
  }

  #byte(): number {
    return this.#take(1)[0] as number
  }

  #int(): number {
    return this.#take(4).readInt32BE()
  }

  #take(count: number): Buffer {
    if (!(count >= 0) || this.#pos + count > this.#bytes.length) throw new Error('too short')
    const start = this.#pos
    this.#pos += count
    return this.#bytes.subarray(start, this.#pos)
  }
}
