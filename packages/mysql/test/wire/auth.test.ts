// Proofs of passwords: against node's own Ed25519 where it can make them, and what is refused before a password leaves.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  pbkdf2Sync,
  privateDecrypt,
  sign,
  verify,
} from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuthContext } from '../../src/wire/auth/auth-method.ts'
import { authMethods } from '../../src/wire/auth/auth-methods.ts'
import { signByPassword } from '../../src/wire/auth/edwards25519.ts'

const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

function keyOf(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

function context(over: Partial<AuthContext> = {}): AuthContext {
  return {
    password: 'geheim',
    challenge: Buffer.from('01234567890123456789\0'),
    isPrivate: false,
    isTrusted: false,
    mayFetchPublicKey: false,
    serverPublicKey: null,
    ...over,
  }
}

const start = (name: string, over: Partial<AuthContext> = {}) => authMethods.get(name)!(context(over))

test('a password of 32 bytes is a seed: the signature is that of Ed25519', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 40 }), (seed, message) => {
      const ours = signByPassword(Buffer.from(seed), Buffer.from(message))
      expect(ours.equals(sign(null, message, keyOf(seed)))).toBe(true)
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('parsec: the server can check what is answered to its salt', () => {
  const challenge = Buffer.alloc(32, 7)
  const salt = Buffer.from('0102030405060708090a0b0c0d0e0f101112', 'hex')
  const exchange = start('parsec', { challenge })
  expect(exchange.first).toHaveLength(0)
  const answer = exchange.more(Buffer.concat([Buffer.from([0x50, 1]), salt]))!
  const seed = pbkdf2Sync('geheim', salt, 2048, 32, 'sha512')
  const signed = Buffer.concat([challenge, answer.subarray(0, 32)])
  expect(verify(null, signed, createPublicKey(keyOf(seed)), answer.subarray(32))).toBe(true)
})

test.each([
  ['a factor beyond the limit', [0x50, 4, 1, 2, 3]],
  ['another algorithm', [0x51, 0, 1, 2, 3]],
  ['nothing', []],
])('parsec refuses %s', (_, bytes) => {
  expect(() => start('parsec').more(Buffer.from(bytes))).toThrow(
    expect.objectContaining({ code: 'MYSQL_PROTOCOL_AUTH' }),
  )
})

describe('a password without TLS', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const opened = (secret: Buffer) =>
    privateDecrypt({ key: privateKey, oaepHash: 'sha1' }, secret)
      .map((byte, i) => byte ^ Buffer.from('01234567890123456789')[i % 20]!)
      .toString()

  test.each(['caching_sha2_password', 'sha256_password'])('%s: not to a key of anybody', (name) => {
    expect(() => start(name).more(Buffer.from([4]))).toThrow(expect.objectContaining({ code: 'MYSQL_AUTH_EXPOSED' }))
  })

  test('caching_sha2_password: by the key that was given, and by one that may be fetched', () => {
    expect(opened(start('caching_sha2_password', { serverPublicKey: pem }).more(Buffer.from([4]))!)).toBe('geheim\0')
    const exchange = start('caching_sha2_password', { mayFetchPublicKey: true })
    expect(exchange.more(Buffer.from([4]))).toEqual(Buffer.from([2]))
    expect(opened(exchange.more(Buffer.from(pem))!)).toBe('geheim\0')
  })

  test('sha256_password: the same', () => {
    expect(opened(start('sha256_password', { serverPublicKey: pem }).first)).toBe('geheim\0')
    const exchange = start('sha256_password', { mayFetchPublicKey: true })
    expect(exchange.first).toEqual(Buffer.from([1]))
    expect(opened(exchange.more(Buffer.from(pem))!)).toBe('geheim\0')
  })

  test('a key that is none is a named error', () => {
    const exchange = start('sha256_password', { mayFetchPublicKey: true })
    expect(() => exchange.more(Buffer.from('no key'))).toThrow(expect.objectContaining({ code: 'MYSQL_AUTH_KEY' }))
  })

  test('mysql_clear_password: to nobody that has not proved who it is', () => {
    const refused = expect.objectContaining({ code: 'MYSQL_AUTH_EXPOSED', hint: expect.stringContaining('verify_ca') })
    expect(() => start('mysql_clear_password')).toThrow(refused)
    expect(() => start('mysql_clear_password', { isPrivate: true })).toThrow(refused)
    expect(start('mysql_clear_password', { isTrusted: true }).first.toString()).toBe('geheim\0')
  })
})

test('what no method expects is a named error', () => {
  for (const name of authMethods.keys()) {
    const exchange = start(name, { isPrivate: true, isTrusted: true })
    expect(() => exchange.more(Buffer.from([9, 9])), name).toThrow(
      expect.objectContaining({ code: 'MYSQL_PROTOCOL_AUTH' }),
    )
  }
})
