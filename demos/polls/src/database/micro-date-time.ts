// datetime(6) in MikroORM: microseconds (bigint) in the program, MySQL's text on the wire.
import { Type } from '@mikro-orm/core'
import { fromDatabaseText, type Micros, toDatabaseText } from '../time/micros.ts'

/** MikroORM type of a `datetime(6)` column whose six digits and far years must survive. */
export class MicroDateTime extends Type<Micros | null, string | null> {
  override convertToDatabaseValue(value: Micros | string | null | undefined): string | null {
    if (value === null || value === undefined) return null
    return typeof value === 'string' ? value : toDatabaseText(value)
  }

  override convertToJSValue(value: string | Micros | null | undefined): Micros | null {
    if (value === null || value === undefined) return null
    return typeof value === 'bigint' ? value : fromDatabaseText(value)
  }

  override getColumnType(): string {
    return 'datetime(6)'
  }

  override compareAsType(): string {
    return 'string'
  }
}
