// UpdateFeatures: changes the agreed level of features.

import { bool, int8, int16, int32, nullableString, string } from './field.ts'
import { api } from './message.ts'
import { array, structure } from './structure.ts'

/** UpdateFeatures, 0 to 2. `upgradeType`: 1 upgrade, 2 safe downgrade, 3 unsafe downgrade. */
export const UpdateFeatures = api(
  57,
  'UpdateFeatures',
  { min: 0, max: 2, flexible: 0 },
  {
    timeoutMs: int32({ or: 60000 }),
    featureUpdates: array(
      structure({
        feature: string(),
        maxVersionLevel: int16(),
        allowDowngrade: bool({ until: 0 }),
        upgradeType: int8({ since: 1, or: 1 }),
      }),
    ),
    validateOnly: bool({ since: 1, or: false }),
  },
  {
    throttleTimeMs: int32({ or: 0 }),
    errorCode: int16(),
    errorMessage: nullableString({ or: null }),
    results: array(structure({ feature: string(), errorCode: int16(), errorMessage: nullableString({ or: null }) }), {
      until: 1,
    }),
  },
)
