import { expect, test } from 'vitest'
import { JsonConverter } from '../../src/convert/json/json-converter.ts'
import { bytesOfGolden, goldenConfig, goldenRecords, hasGoldens, scenarios } from '../support/goldens.ts'

// Every recorded key and value with a schema, decoded and encoded again, must be the recorded bytes.
test.skipIf(!hasGoldens)('JsonConverter re-encodes every recorded record with schemas byte for byte', () => {
  let compared = 0
  for (const scenario of scenarios()) {
    const config = goldenConfig(scenario)
    for (const side of ['key', 'value'] as const) {
      const prefix = `${side}.converter`
      const isJson = config[prefix] === undefined || config[prefix].endsWith('JsonConverter')
      if (!isJson || config[`${prefix}.schemas.enable`] === 'false') continue
      const converter = new JsonConverter({
        decimalFormat: config[`${prefix}.decimal.format`] === 'NUMERIC' ? 'NUMERIC' : 'BASE64',
        replaceNullWithDefault: config[`${prefix}.replace.null.with.default`] !== 'false',
      })
      for (const record of goldenRecords(scenario)) {
        const bytes = bytesOfGolden(record[side])
        if (bytes === null || !bytes.toString('utf8', 0, 10).startsWith('{"schema":')) continue
        const { schema, value } = converter.toConnect(record.topic, bytes)
        const again = converter.fromConnect(record.topic, schema, value)
        expect(Buffer.from(again as Uint8Array).toString(), `${scenario} ${record.topic} ${side}`).toBe(
          bytes.toString(),
        )
        compared++
      }
    }
  }
  expect(compared).toBeGreaterThan(500)
})
