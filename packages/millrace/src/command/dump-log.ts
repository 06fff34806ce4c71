// millrace dump-log: prints batches and records of segment files, with the flags and the output of kafka-dump-log.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type BatchView, KafkaError, readBatches } from '@millrace/kafka'
import { Command } from 'commander'

interface DumpFlags {
  readonly files: string
  readonly printDataLog?: true
  readonly deepIteration?: true
  readonly skipRecordMetadata?: true
}

const [APPEND_TIME, HAS_DELETE_HORIZON] = [8, 64]

/** The command. */
export function dumpLogCommand(): Command {
  return new Command('dump-log')
    .description('print the record batches of segment files (.log)')
    .requiredOption('--files <list>', 'the files, separated by commas')
    .option('--print-data-log', 'also print the records with key and value')
    .option('--deep-iteration', 'also print the records; implied by --print-data-log')
    .option('--skip-record-metadata', 'with --print-data-log: only keys and values')
    .action((flags: DumpFlags) => {
      for (const file of flags.files.split(',')) dump(file.trim(), flags)
    })
}

function dump(file: string, flags: DumpFlags): void {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new KafkaError('DATA_FOLDER_UNUSABLE', `${file} cannot be read (${code})`, {
      hint: 'Name .log files of a partition folder: <data>/kafka/topics/<topic>-<partition>/….log',
      cause,
    })
  }
  console.log(`Dumping ${file}`)
  console.log(`Log starting offset: ${Number.parseInt(path.basename(file), 10)}`)
  const hasRecords = flags.printDataLog === true || flags.deepIteration === true
  let position = 0
  for (const batch of readBatches(bytes)) {
    console.log(batchLine(batch, position))
    position += batch.header.sizeBytes
    if (hasRecords) for (const line of recordLines(batch, flags)) console.log(line)
  }
  const rest = bytes.length - position
  if (rest > 0) console.log(`Found ${rest} invalid bytes at the end of ${path.basename(file)}`)
}

function batchLine(batch: BatchView, position: number): string {
  const { header } = batch
  const lastSequence = header.baseSequence < 0 ? -1 : (header.baseSequence + header.lastOffsetDelta) % 0x8000_0000
  const horizon =
    header.attributes & HAS_DELETE_HORIZON ? `OptionalLong[${header.baseTimestamp}]` : 'OptionalLong.empty'
  return [
    `baseOffset: ${header.baseOffset}`,
    `lastOffset: ${batch.lastOffset}`,
    `count: ${header.recordCount}`,
    `baseSequence: ${header.baseSequence}`,
    `lastSequence: ${lastSequence}`,
    `producerId: ${header.producerId}`,
    `producerEpoch: ${header.producerEpoch}`,
    `partitionLeaderEpoch: ${header.partitionLeaderEpoch}`,
    `isTransactional: ${batch.isTransactional}`,
    `isControl: ${batch.isControl}`,
    `deleteHorizonMs: ${horizon}`,
    `position: ${position}`,
    `${timeName(batch)}: ${header.maxTimestamp}`,
    `size: ${header.sizeBytes}`,
    `magic: ${header.magic}`,
    `compresscodec: ${batch.compression}`,
    `crc: ${header.crc >>> 0}`,
    `isvalid: ${isValid(batch)}`,
  ].join(' ')
}

function* recordLines(batch: BatchView, flags: DumpFlags): Generator<string> {
  const { header } = batch
  for (const { offset, timestampMs, key, value, headers } of batch.records()) {
    const sequence = header.baseSequence < 0 ? -1 : header.baseSequence + offset - header.baseOffset
    const about = [
      `offset: ${offset}`,
      `${timeName(batch)}: ${timestampMs}`,
      `keySize: ${key?.length ?? -1}`,
      `valueSize: ${value?.length ?? -1}`,
      `sequence: ${sequence}`,
      `headerKeys: [${headers.map((one) => one.key).join(',')}]`,
    ]
    const content: string[] = []
    if (batch.isControl && key !== null && key.length >= 4) {
      const coordinatorEpoch = value !== null && value.length >= 6 ? value.readInt32BE(2) : -1
      content.push(
        `endTxnMarker: ${key.readInt16BE(2) === 1 ? 'COMMIT' : 'ABORT'}`,
        `coordinatorEpoch: ${coordinatorEpoch}`,
      )
    } else if (flags.printDataLog === true) {
      if (key !== null) content.push(`key: ${key.toString()}`)
      if (value !== null) content.push(`payload: ${value.toString()}`)
    }
    yield `| ${[...(flags.skipRecordMetadata === true ? [] : about), ...content].join(' ')}`
  }
}

function timeName({ header }: BatchView): string {
  return header.attributes & APPEND_TIME ? 'LogAppendTime' : 'CreateTime'
}

function isValid(batch: BatchView): boolean {
  try {
    batch.check()
    return true
  } catch {
    return false
  }
}
