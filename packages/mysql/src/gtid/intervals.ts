// Sets of transaction numbers as sorted, disjoint, closed intervals. Numbers are bigint: a server counts to 2^63.

/** A closed interval. */
export interface Interval {
  readonly first: bigint
  readonly last: bigint
}

/** Adds `[first, last]` to sorted intervals, in place, joining what touches. */
export function addInterval(intervals: Interval[], first: bigint, last: bigint): void {
  // The hot case: the next number of the newest interval.
  const newest = intervals.at(-1)
  if (newest !== undefined && first > newest.last) {
    if (first === newest.last + 1n) intervals[intervals.length - 1] = { first: newest.first, last }
    else intervals.push({ first, last })
    return
  }
  let at = 0
  let high = intervals.length
  while (at < high) {
    const middle = (at + high) >> 1
    if (intervals[middle]!.last + 1n < first) at = middle + 1
    else high = middle
  }
  let end = at
  while (end < intervals.length && intervals[end]!.first <= last + 1n) {
    const { first: otherFirst, last: otherLast } = intervals[end]!
    if (otherFirst < first) first = otherFirst
    if (otherLast > last) last = otherLast
    end++
  }
  intervals.splice(at, end - at, { first, last })
}

/** Removes `[first, last]` from sorted intervals, in place. */
export function removeInterval(intervals: Interval[], first: bigint, last: bigint): void {
  for (let i = 0; i < intervals.length; ) {
    const interval = intervals[i]!
    if (interval.last < first || interval.first > last) {
      i++
      continue
    }
    const rest: Interval[] = []
    if (interval.first < first) rest.push({ first: interval.first, last: first - 1n })
    if (interval.last > last) rest.push({ first: last + 1n, last: interval.last })
    intervals.splice(i, 1, ...rest)
    i += rest.length
  }
}

/** Whether every number of `[first, last]` is in the sorted, disjoint intervals. */
export function coversInterval(intervals: readonly Interval[], first: bigint, last: bigint): boolean {
  let low = 0
  let high = intervals.length
  // The last interval that begins at or before `first`: sets of a long life have many holes.
  while (low < high) {
    const middle = (low + high) >> 1
    if (intervals[middle]!.first <= first) low = middle + 1
    else high = middle
  }
  return low > 0 && last <= intervals[low - 1]!.last
}
