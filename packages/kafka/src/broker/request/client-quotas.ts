// DescribeClientQuotas and AlterClientQuotas: the embedded broker limits nobody, and says so when somebody wants it to.

import { errorNumber } from '../../error.ts'
import type { AlterClientQuotas } from '../../protocol/alter-client-quotas.ts'
import type { DescribeClientQuotas } from '../../protocol/describe-client-quotas.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { BrokerCore } from '../core.ts'

const ENTITY_TYPES = new Set(['user', 'client-id', 'ip'])
const REFUSAL = 'The embedded broker has no quotas: a limit would not be kept.'

/** Answers DescribeClientQuotas: nobody has a limit. */
export function answerDescribeClientQuotas(
  _core: BrokerCore,
  request: RequestOf<typeof DescribeClientQuotas>,
): ResponseInput<typeof DescribeClientQuotas> {
  const unknown = request.components.find(({ entityType }) => !ENTITY_TYPES.has(entityType))
  if (unknown === undefined) return { errorCode: 0, errorMessage: '', entries: [] }
  const errorMessage =
    unknown.entityType === '' ? 'Invalid empty entity type.' : `Unsupported entity type ${unknown.entityType}`
  const code = unknown.entityType === '' ? 'INVALID_REQUEST' : 'UNSUPPORTED_VERSION'
  return { errorCode: errorNumber(code), errorMessage, entries: null }
}

/** Answers AlterClientQuotas: taking a limit away succeeds (there is none), setting one is refused. */
export function answerAlterClientQuotas(
  _core: BrokerCore,
  request: RequestOf<typeof AlterClientQuotas>,
): ResponseInput<typeof AlterClientQuotas> {
  return {
    entries: request.entries.map(({ entity, ops }) =>
      ops.every(({ remove }) => remove)
        ? { errorCode: 0, entity }
        : { errorCode: errorNumber('INVALID_REQUEST'), errorMessage: REFUSAL, entity },
    ),
  }
}
