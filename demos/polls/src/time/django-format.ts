// Dates as Django's templates print them in English: "Nov. 20, 2026, 10:11 a.m.".
import { civilOf, type Micros } from './micros.ts'

// AP style: months of up to five letters are written out.
const MONTHS = ['Jan.', 'Feb.', 'March', 'April', 'May', 'June', 'July', 'Aug.', 'Sept.', 'Oct.', 'Nov.', 'Dec.']

/** `Nov. 20, 2026` */
export function humanDate(micros: Micros): string {
  const { year, month, day } = civilOf(micros)
  return `${MONTHS[month - 1]} ${day}, ${year}`
}

/** `10:11 a.m.`, `1 p.m.`, `midnight`, `noon` */
export function humanTime(micros: Micros): string {
  const { hour, minute } = civilOf(micros)
  if (minute === 0 && hour === 0) return 'midnight'
  if (minute === 0 && hour === 12) return 'noon'
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}${minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`}`
  return `${clock} ${hour < 12 ? 'a.m.' : 'p.m.'}`
}

/** `Nov. 20, 2026, 10:11 a.m.` */
export function humanDateTime(micros: Micros): string {
  return `${humanDate(micros)}, ${humanTime(micros)}`
}
