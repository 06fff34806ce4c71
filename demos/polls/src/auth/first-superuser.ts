// The superuser that a demo begins with.
import { type DatabaseOptions, databaseSettings, openDatabase } from '../database/connection.ts'
import { createSuperuser, findUser } from './superuser.ts'

/** Who it is. */
export interface FirstSuperuser {
  readonly username: string
  readonly email: string
  readonly password: string
}

/** Creates the superuser unless a user of that name exists; true when it was created. Errors: POLLS_DATABASE_*. */
export async function ensureSuperuser(database: DatabaseOptions, user: FirstSuperuser): Promise<boolean> {
  const orm = await openDatabase(databaseSettings(database))
  try {
    const em = orm.em.fork()
    if ((await findUser(em, user.username)) !== null) return false
    await createSuperuser(em, user)
    return true
  } finally {
    await orm.close(true)
  }
}
