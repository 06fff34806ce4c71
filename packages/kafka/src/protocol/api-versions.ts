// ApiVersions: which APIs the broker serves. The first request of most clients.

import { bool, int16, int32, int64, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** ApiVersions, 0 to 4. A broker that does not know the version answers in version 0 with UNSUPPORTED_VERSION. */
export const ApiVersions = api(
  18,
  'ApiVersions',
  { min: 0, max: 4, flexible: 3 },
  {
    clientSoftwareName: string({ since: 3, or: '' }),
    clientSoftwareVersion: string({ since: 3, or: '' }),
  },
  {
    errorCode: int16(),
    apiKeys: array(structure({ apiKey: int16(), minVersion: int16(), maxVersion: int16() })),
    throttleTimeMs: int32({ since: 1, or: 0 }),
    supportedFeatures: array(structure({ name: string(), minVersion: int16(), maxVersion: int16() }), {
      since: 3,
      tag: 0,
      or: [],
    }),
    finalizedFeaturesEpoch: int64({ since: 3, tag: 1, or: -1 }),
    finalizedFeatures: array(structure({ name: string(), maxVersionLevel: int16(), minVersionLevel: int16() }), {
      since: 3,
      tag: 2,
      or: [],
    }),
    zkMigrationReady: bool({ since: 3, tag: 3, or: false }),
  },
)
