import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeChecksum } from '../../src/event/checksum.ts'

test('is zlib’s, for short and long ranges', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (data, start) => {
      const bytes = Buffer.from(data)
      const from = Math.min(start, bytes.length)
      expect(rangeChecksum(bytes, from, bytes.length)).toBe(crc32(bytes.subarray(from)))
    }),
  )
})
