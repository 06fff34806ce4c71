// DescribeQuorum, UpdateFeatures and ListConfigResources: what tools ask of the cluster as a whole.

import { errorNumber } from '../../error.ts'
import type { DescribeQuorum } from '../../protocol/describe-quorum.ts'
import type { ListConfigResources } from '../../protocol/list-config-resources.ts'
import type { RequestOf, ResponseInput } from '../../protocol/message.ts'
import type { UpdateFeatures } from '../../protocol/update-features.ts'
import type { BrokerCore, RequestContext } from '../core.ts'
import { FEATURES } from '../features.ts'
import { unknownTopic } from '../topic/topic-registry.ts'
import { RESOURCE } from './configs.ts'

const METADATA_TOPIC = '__cluster_metadata'
/** Number of the update type that may only raise a level. */
const UPGRADE = 1

/** Answers DescribeQuorum: one voter that leads. There is no metadata log; its offsets are the count of changes since the start. */
export function answerDescribeQuorum(
  core: BrokerCore,
  request: RequestOf<typeof DescribeQuorum>,
  { advertised: { host, port } }: RequestContext,
): ResponseInput<typeof DescribeQuorum> {
  const { nodeId } = core.options
  const now = Date.now()
  const end = core.topics.changes
  const voter = { replicaId: nodeId, logEndOffset: end, lastFetchTimestamp: now, lastCaughtUpTimestamp: now }
  return {
    errorCode: 0,
    errorMessage: '',
    topics: request.topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => {
        const isIt = topicName === METADATA_TOPIC && partitionIndex === 0
        if (!isIt) {
          const { number: errorCode, message: errorMessage } = unknownTopic()
          const none = { leaderId: 0, leaderEpoch: 0, highWatermark: 0, currentVoters: [], observers: [] }
          return { partitionIndex, errorCode, errorMessage, ...none }
        }
        const about = { leaderId: nodeId, leaderEpoch: 1, highWatermark: end }
        return { partitionIndex, errorCode: 0, ...about, currentVoters: [voter], observers: [] }
      }),
    })),
    nodes: request.topics.some(({ topicName }) => topicName === METADATA_TOPIC)
      ? [{ nodeId, listeners: [{ name: 'CONTROLLER', host, port }] }]
      : [],
  }
}

/** Answers UpdateFeatures: levels are the program's own; asking for the one in force is no change, anything else is refused. */
export function answerUpdateFeatures(
  core: BrokerCore,
  request: RequestOf<typeof UpdateFeatures>,
): ResponseInput<typeof UpdateFeatures> {
  const { nodeId } = core.options
  const results = request.featureUpdates.map(({ feature, maxVersionLevel, upgradeType }) => {
    const known = FEATURES.find(({ name }) => name === feature)
    if (known?.level === maxVersionLevel) return { feature, errorCode: 0, errorMessage: null }
    const reason =
      known === undefined
        ? `Local controller ${nodeId} does not support this feature.`
        : maxVersionLevel < known.min || maxVersionLevel > known.max
          ? `Local controller ${nodeId} only supports versions ${known.min}-${known.max}`
          : maxVersionLevel < known.level && upgradeType === UPGRADE
            ? "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."
            : `The embedded broker's level is ${known.level} and cannot be changed.`
    const errorMessage = `Invalid update version ${maxVersionLevel} for feature ${feature}. ${reason}`
    return { feature, errorCode: errorNumber('INVALID_UPDATE_VERSION'), errorMessage }
  })
  const failed = results.find(({ errorCode }) => errorCode !== 0)
  // the first failure stands for all
  if (failed !== undefined) {
    const errorMessage = `The update failed for all features since the following feature had an error: ${failed.errorMessage}`
    return { errorCode: failed.errorCode, errorMessage, results: [] }
  }
  return { errorCode: 0, results }
}

/** Answers ListConfigResources. */
export function answerListConfigResources(
  core: BrokerCore,
  request: RequestOf<typeof ListConfigResources>,
  { version }: RequestContext,
): ResponseInput<typeof ListConfigResources> {
  const types = new Set(request.resourceTypes)
  const isAsked = (type: number): boolean =>
    version === 0 ? type === RESOURCE.clientMetrics : types.size === 0 || types.has(type)
  const unknown = [...types].find((type) => !(Object.values(RESOURCE) as number[]).includes(type))
  if (unknown !== undefined) return { errorCode: errorNumber('UNSUPPORTED_VERSION'), configResources: [] }
  const node = String(core.options.nodeId)
  const all = [
    ...core.topics.all().map(({ name }) => ({ resourceName: name, resourceType: RESOURCE.topic })),
    { resourceName: node, resourceType: RESOURCE.broker },
    { resourceName: node, resourceType: RESOURCE.brokerLogger },
  ]
  return { errorCode: 0, configResources: all.filter(({ resourceType }) => isAsked(resourceType)) }
}
