// RC2 (RFC 2268) in CBC mode, decryption only: old Java and OpenSSL encrypt the certificates of a PKCS #12 file by it, with 40 bits, and
// today's OpenSSL no longer has it.

const PI = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
)
const BLOCK = 8

/** Decrypts whole blocks, padding left in place. The effective bits are those of the key. */
export function rc2CbcDecrypt(key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  const words = expand(key)
  const out = Buffer.alloc(bytes.length)
  let before = iv
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK)
    const plain = decryptBlock(words, block)
    for (let i = 0; i < BLOCK; i++) out[at + i] = plain[i]! ^ before[i]!
    before = block
  }
  return out
}

function expand(key: Buffer): Uint16Array {
  const bytes = Buffer.alloc(128)
  key.copy(bytes)
  for (let i = key.length; i < 128; i++) bytes[i] = PI[(bytes[i - 1]! + bytes[i - key.length]!) & 0xff]!
  bytes[128 - key.length] = PI[bytes[128 - key.length]!]!
  for (let i = 127 - key.length; i >= 0; i--) bytes[i] = PI[bytes[i + 1]! ^ bytes[i + key.length]!]!
  return Uint16Array.from({ length: 64 }, (_, i) => bytes.readUInt16LE(2 * i))
}

const ROTATIONS = [1, 2, 3, 5]

function decryptBlock(key: Uint16Array, block: Buffer): Buffer {
  const r = [0, 2, 4, 6].map((at) => block.readUInt16LE(at))
  for (let round = 15; round >= 0; round--) {
    for (let i = 3; i >= 0; i--) {
      const turn = ROTATIONS[i]!
      const turned = ((r[i]! >> turn) | (r[i]! << (16 - turn))) & 0xffff
      const a = r[(i + 3) & 3]!
      const mixed = key[4 * round + i]! + (a & r[(i + 2) & 3]!) + (~a & 0xffff & r[(i + 1) & 3]!)
      r[i] = (turned - mixed) & 0xffff
    }
    // Mashing stands before the sixth and the twelfth mixing round, seen in the direction of encryption.
    if (round === 11 || round === 5) for (let i = 3; i >= 0; i--) r[i] = (r[i]! - key[r[(i + 3) & 3]! & 63]!) & 0xffff
  }
  const plain = Buffer.alloc(BLOCK)
  for (let i = 0; i < 4; i++) plain.writeUInt16LE(r[i]!, 2 * i)
  return plain
}
