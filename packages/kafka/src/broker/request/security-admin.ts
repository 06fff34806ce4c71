// Access rules and SCRAM passwords: the embedded broker keeps neither in its topics, and answers as a Kafka without an authorizer does.

import { errorNumber } from '../../error.ts'
import type { AlterUserScramCredentials } from '../../protocol/alter-user-scram-credentials.ts'
import type { CreateAcls } from '../../protocol/create-acls.ts'
import type { DeleteAcls } from '../../protocol/delete-acls.ts'
import type { DescribeAcls } from '../../protocol/describe-acls.ts'
import type { DescribeUserScramCredentials } from '../../protocol/describe-user-scram-credentials.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { SaslAuthenticate } from '../../protocol/sasl-authenticate.ts'
import type { SaslHandshake } from '../../protocol/sasl-handshake.ts'
import type { BrokerCore } from '../core.ts'

const NO_AUTHORIZER = {
  errorCode: errorNumber('SECURITY_DISABLED'),
  errorMessage: 'No Authorizer is configured.',
}
const NO_CREDENTIALS = 'The embedded broker takes passwords where it is started, not by this request.'

/** Answers DescribeAcls: there is no authorizer. */
export function answerDescribeAcls(
  _core: BrokerCore,
  _request: RequestOf<typeof DescribeAcls>,
): ResponseInput<typeof DescribeAcls> {
  return { ...NO_AUTHORIZER, errorMessage: 'No Authorizer is configured on the broker', resources: [] }
}

/** Answers CreateAcls: there is no authorizer. */
export function answerCreateAcls(
  _core: BrokerCore,
  request: RequestOf<typeof CreateAcls>,
): ResponseInput<typeof CreateAcls> {
  return { results: request.creations.map(() => NO_AUTHORIZER) }
}

/** Answers DeleteAcls: there is no authorizer. */
export function answerDeleteAcls(
  _core: BrokerCore,
  request: RequestOf<typeof DeleteAcls>,
): ResponseInput<typeof DeleteAcls> {
  return { filterResults: request.filters.map(() => ({ ...NO_AUTHORIZER, matchingAcls: [] })) }
}

/** Answers DescribeUserScramCredentials: no user has a password here. */
export function answerDescribeUserScramCredentials(
  _core: BrokerCore,
  request: RequestOf<typeof DescribeUserScramCredentials>,
): ResponseInput<typeof DescribeUserScramCredentials> {
  const counts = new Map<string, number>()
  for (const { name } of request.users ?? []) counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    errorCode: 0,
    errorMessage: '',
    results: [...counts].map(([user, count]) => ({
      user,
      errorCode: errorNumber(count > 1 ? 'DUPLICATE_RESOURCE' : 'RESOURCE_NOT_FOUND'),
      errorMessage:
        count > 1
          ? `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`
          : `Attempt to describe a user credential that does not exist: ${user}`,
      credentialInfos: [],
    })),
  }
}

/** Answers AlterUserScramCredentials: refused, so that nobody believes a password was set. */
export function answerAlterUserScramCredentials(
  _core: BrokerCore,
  request: RequestOf<typeof AlterUserScramCredentials>,
): ResponseInput<typeof AlterUserScramCredentials> {
  const deleted = new Set(request.deletions.map(({ name }) => name))
  const set = new Set(request.upsertions.map(({ name }) => name))
  return {
    results: [...new Set([...deleted, ...set])].map((user) =>
      set.has(user)
        ? { user, errorCode: errorNumber('INVALID_REQUEST'), errorMessage: NO_CREDENTIALS }
        : {
            user,
            errorCode: errorNumber('RESOURCE_NOT_FOUND'),
            errorMessage: 'Attempt to delete a user credential that does not exist',
          },
    ),
  }
}

/** Answers SaslHandshake where no login is due: on a listener without SASL, or behind the login (broker/security answers before it). */
export function answerLateSaslHandshake(): ResponseInput<typeof SaslHandshake> {
  return { errorCode: errorNumber('ILLEGAL_SASL_STATE'), mechanisms: [] }
}

/** Answers SaslAuthenticate where no login is due. */
export function answerLateSaslAuthenticate(): ResponseInput<typeof SaslAuthenticate> {
  return {
    errorCode: errorNumber('ILLEGAL_SASL_STATE'),
    errorMessage: 'SaslAuthenticate request received after successful authentication',
    authBytes: Buffer.alloc(0),
  }
}
