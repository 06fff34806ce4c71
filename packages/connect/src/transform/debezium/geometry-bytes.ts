// Well-known binary of geometries: changing the order of its coordinates.
import { CdcError } from '../../base/errors.ts'

const POINT = 1
const LINESTRING = 2
const POLYGON = 3
const HAS_Z = 0x8000_0000
const HAS_M = 0x4000_0000
const HAS_SRID = 0x2000_0000
/** Collections in collections; deeper than any server writes. */
const MAX_DEPTH = 64

/** A copy of a geometry with X and Y of every point exchanged. Throws CDC_DATA_INVALID for bytes that are not WKB or EWKB. */
export function swapCoordinates(wkb: Uint8Array): Uint8Array {
  const out = Uint8Array.from(wkb)
  try {
    swapGeometry(new DataView(out.buffer), out, 0, 0)
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    throw new CdcError('CDC_DATA_INVALID', 'a geometry ends before its coordinates do', { cause: thrown })
  }
  return out
}

/** Swaps the geometry at a position; gives the position behind it. */
function swapGeometry(view: DataView, bytes: Uint8Array, start: number, depth: number): number {
  const isLittle = view.getUint8(start) === 1
  const word = view.getUint32(start + 1, isLittle)
  const code = word & 0x1fff_ffff
  // ISO writes dimensions as thousands (1 = Z, 2 = M, 3 = both), PostGIS as flags.
  const kind = code % 1000
  const iso = Math.floor(code / 1000)
  const dimensions =
    2 + ((word & HAS_Z) !== 0 || iso === 1 || iso === 3 ? 1 : 0) + ((word & HAS_M) !== 0 || iso >= 2 ? 1 : 0)
  let at = start + 5 + ((word & HAS_SRID) !== 0 ? 4 : 0)
  if (kind < POINT || kind > 7 || depth > MAX_DEPTH) {
    throw new CdcError('CDC_DATA_INVALID', `a geometry of type ${code} cannot be read`)
  }
  if (kind === POINT) return swapPoints(view, bytes, at, 1, dimensions)
  const count = view.getUint32(at, isLittle)
  at += 4
  if (kind === LINESTRING) return swapPoints(view, bytes, at, count, dimensions)
  for (let index = 0; index < count; index++) {
    at =
      kind === POLYGON
        ? swapPoints(view, bytes, at + 4, view.getUint32(at, isLittle), dimensions)
        : swapGeometry(view, bytes, at, depth + 1)
  }
  return at
}

/** Swaps points; the order of the bytes in a number does not matter. */
function swapPoints(view: DataView, bytes: Uint8Array, start: number, count: number, dimensions: number): number {
  const end = start + count * dimensions * 8
  if (end > bytes.length) throw new RangeError('points reach beyond the geometry')
  for (let at = start; at < end; at += dimensions * 8) {
    const x = view.getBigUint64(at)
    view.setBigUint64(at, view.getBigUint64(at + 8))
    view.setBigUint64(at + 8, x)
  }
  return end
}
