// What `snapshot.mode` asks for at a start of the connector.
import { CdcError } from '../../../base/errors.ts'
import type { SnapshotConfig } from '../../../config/mysql/snapshot-config.ts'
import type { BinlogOffset } from '../offset.ts'

/** What is done at a start. */
export interface SnapshotPlan {
  /** `none`: the tables come from the history. `schema`: definitions only. `data`: definitions and rows. */
  readonly reads: 'none' | 'schema' | 'data'
  /** The stream goes on from the stored offset although definitions are read anew. */
  readonly keepsOffset: boolean
  /** Whether the log is read afterwards. */
  readonly streams: boolean
}

/**
 * Plans a start. `isAvailable` tells whether the server still has what follows a stored offset; asked only where the mode depends on it.
 * Throws CDC_POSITION_INVALID for `recovery` without an offset, CDC_UNSUPPORTED for combinations that are not built.
 */
export function snapshotPlan(
  snapshot: Pick<SnapshotConfig, 'mode' | 'configurationBased'>,
  stored: BinlogOffset | null,
  isAvailable: (stored: BinlogOffset) => boolean,
): SnapshotPlan {
  // An unfinished snapshot left an offset that says so; it begins again.
  const finished = stored === null || stored.snapshot !== null ? null : stored
  const fresh = (reads: 'schema' | 'data') => ({ reads, keepsOffset: false, streams: true })
  switch (snapshot.mode) {
    case 'initial':
      return finished === null ? fresh('data') : RESUMED
    case 'no_data':
      return finished === null ? fresh('schema') : RESUMED
    case 'initial_only':
      return { ...(finished === null ? fresh('data') : RESUMED), streams: false }
    case 'always':
      return fresh('data')
    case 'when_needed':
      return finished !== null && isAvailable(finished) ? RESUMED : fresh('data')
    case 'recovery':
      if (finished === null) throw withoutOffset()
      return { reads: 'schema', keepsOffset: true, streams: true }
    case 'configuration_based':
      return configured(snapshot.configurationBased, finished, isAvailable)
    default:
      throw new CdcError('CDC_UNSUPPORTED', `snapshot.mode ${snapshot.mode} is not supported yet`)
  }
}

const RESUMED: SnapshotPlan = { reads: 'none', keepsOffset: true, streams: true }

// As Debezium has it, the options hold at every start, whether there is an offset or not.
function configured(
  based: SnapshotConfig['configurationBased'],
  finished: BinlogOffset | null,
  isAvailable: (stored: BinlogOffset) => boolean,
): SnapshotPlan {
  const { snapshotData, snapshotSchema, startStream: streams, onDataError } = based
  const isLost = onDataError && finished !== null && !isAvailable(finished)
  if (snapshotData || isLost) return { reads: 'data', keepsOffset: false, streams }
  if (snapshotSchema) return { reads: 'schema', keepsOffset: finished !== null, streams }
  if (finished !== null) return { ...RESUMED, streams }
  throw new CdcError('CDC_UNSUPPORTED', 'Streaming without a snapshot of the definitions is not supported yet', {
    hint: 'Set snapshot.mode.configuration.based.snapshot.schema=true.',
  })
}

function withoutOffset(): CdcError {
  return new CdcError(
    'CDC_POSITION_INVALID',
    'Could not find existing binlog information while attempting schema only recovery snapshot',
    {
      hint: 'recovery rebuilds the schema history of a connector that has run before; begin with snapshot.mode=initial.',
    },
  )
}
