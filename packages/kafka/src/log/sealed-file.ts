// Small files that must never be half written: a checksummed line over JSON, replaced by temp file, sync, rename and folder sync, with the
// version before kept beside it.
import { access, copyFile, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KafkaError } from '../error.ts'
import { crc32c } from '../record/crc32c.ts'
import { nodeDisk } from './disk.ts'

const MAGIC = 'millrace'

/**
 * Replaces the file. Resolves when it is on the device. Rejects with KAFKA_STORAGE_ERROR; the old content then still stands.
 * With `keepPrevious` a copy is kept as `<path>.previous`; from then on a missing file counts as damage, not as "nothing yet".
 */
export async function writeSealedFile(
  path: string,
  format: number,
  content: unknown,
  keepPrevious = true,
): Promise<void> {
  const body = JSON.stringify(content)
  const text = `${MAGIC} ${format} ${crc32c(Buffer.from(body)).toString(16).padStart(8, '0')}\n${body}\n`
  const temporary = `${path}.tmp`
  const previous = `${path}.previous`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    const hadOne = keepPrevious && (await exists(path))
    if (hadOne) await copyFile(path, previous)
    await rename(temporary, path)
    // The first copy comes after the file itself: a copy alone means that the file was lost.
    if (keepPrevious && !hadOne) await copyFile(path, previous)
    await nodeDisk.syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new KafkaError('KAFKA_STORAGE_ERROR', `cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Reads the file; undefined when there never was one. Throws DATA_CORRUPT when it is damaged or lost (a copy of it is there), or when its
 * format is newer than `format`; DATA_FOLDER_UNUSABLE when it cannot be read.
 */
export async function readSealedFile(path: string, format: number): Promise<unknown> {
  const hint = `Put its copy ${path}.previous in its place, or restore it from a backup.`
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new KafkaError('DATA_FOLDER_UNUSABLE', `cannot read ${path}: ${(error as Error).message}`, { cause: error })
    if (await exists(`${path}.previous`)) throw new KafkaError('DATA_CORRUPT', `${path} is missing`, { hint })
    return undefined
  }
  const match = /^millrace (\d+) ([0-9a-f]{8})\n(.*)\n$/s.exec(text)
  if (match === null || crc32c(Buffer.from(match[3]!)) !== Number.parseInt(match[2]!, 16))
    throw new KafkaError('DATA_CORRUPT', `${path} is damaged`, { hint })
  if (Number(match[1]) > format)
    throw new KafkaError('DATA_CORRUPT', `${path} has format ${match[1]}, this version reads up to ${format}`, {
      hint: 'Start the newer version that wrote it.',
    })
  return JSON.parse(match[3]!) as unknown
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
