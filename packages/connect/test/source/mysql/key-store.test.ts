// Files that Java's keytool and OpenSSL wrote: all kinds give the same certificates and the same key.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { CdcError } from '../../../src/base/errors.ts'
import { ownIdentity, trustedCertificates } from '../../../src/source/mysql/key-store/key-store.ts'

const stores = path.join(import.meta.dirname, 'key-stores')
const file = (name: string) => path.join(stores, name)
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

const authority = new X509Certificate(readFileSync(file('ca.pem')))
const clientKey = createPrivateKey(readFileSync(file('client-all.pem')))

describe('trust stores', () => {
  test.each(['trust.jks', 'trust.p12', 'trust-legacy.p12', 'ca.pem'])('%s', (name) => {
    const pem = trustedCertificates({ option: 'o', path: file(name), password: 'changeit' })
    expect(new X509Certificate(pem).fingerprint256).toBe(authority.fingerprint256)
  })

  test('a JKS file gives its certificates without the password, as in Java', () => {
    const pem = trustedCertificates({ option: 'o', path: file('trust.jks'), password: null })
    expect(new X509Certificate(pem).fingerprint256).toBe(authority.fingerprint256)
  })
})

describe('key stores', () => {
  test.each(['client.jks', 'client.p12', 'client-java.p12', 'client-legacy.p12', 'client-3des.p12'])('%s', (name) => {
    const { cert, key } = ownIdentity({ option: 'o', path: file(name), password: 'changeit' })
    expect(createPrivateKey(key).equals(clientKey)).toBe(true)
    expect(new X509Certificate(cert).checkPrivateKey(clientKey)).toBe(true)
  })
})

describe('what cannot be used says why', () => {
  const trust = (name: string, password: string | null = 'changeit') =>
    trustedCertificates({ option: 'database.ssl.truststore', path: name, password })
  const refused = (message: string) =>
    expect.objectContaining({ code: 'CDC_CONNECT_TLS', message: expect.stringContaining(message) })

  test.each(['trust.jks', 'trust.p12', 'trust-legacy.p12'])('%s with a wrong password', (name) => {
    expect(() => trust(file(name), 'wrong')).toThrow(refused('the password does not open it'))
  })

  test('no file, no store, a store of another kind, a store without a key', () => {
    expect(() => trust(path.join(folder, 'none'))).toThrow(refused('cannot be read'))
    writeFileSync(path.join(folder, 'text'), 'hello')
    expect(() => trust(path.join(folder, 'text'))).toThrow(refused('none of a PEM, a PKCS #12 and a JKS file'))
    writeFileSync(path.join(folder, 'jceks'), Buffer.from('cececece00000002', 'hex'))
    expect(() => trust(path.join(folder, 'jceks'))).toThrow(refused('JCEKS'))
    const keyless = { option: 'database.ssl.keystore', path: file('trust.p12'), password: 'changeit' }
    expect(() => ownIdentity(keyless)).toThrow(refused('holds no private key'))
  })

  test.each(['client.jks', 'client-java.p12', 'client-3des.p12'])(
    '%s damaged anywhere: a named error or the same',
    (name) => {
      const good = readFileSync(file(name))
      const damaged = path.join(folder, 'damaged')
      fc.assert(
        fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(good.length), (at, flip, end) => {
          const bytes = Buffer.from(good.subarray(0, end % 3 === 0 ? end : good.length))
          if (at < bytes.length) bytes[at]! ^= flip
          writeFileSync(damaged, bytes)
          try {
            trustedCertificates({ option: 'o', path: damaged, password: 'changeit' })
          } catch (error) {
            expect(error).toBeInstanceOf(CdcError)
          }
        }),
        { numRuns: 30 },
      )
    },
    120_000,
  )
})
