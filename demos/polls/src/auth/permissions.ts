// Django's permissions: superusers may do everything, others what auth_user_user_permissions and their groups say.
import type { EntityManager } from '@mikro-orm/mysql'
import type { UserRow } from '../database/entities.ts'

/** The four rights on a model. */
export type Action = 'add' | 'change' | 'delete' | 'view'

/** What one user may do. */
export interface Permissions {
  /** True for example for `may('change', 'polls', 'question')`. `view` follows from `change`. */
  may(action: Action, app: string, model: string): boolean
}

/** Reads what a user may do; one query, none for a superuser. */
export async function permissionsOf(em: EntityManager, user: UserRow): Promise<Permissions> {
  if (user.isSuperuser) return { may: () => true }
  const rows = await em.execute<{ app: string; codename: string }[]>(
    `SELECT t.app_label AS app, p.codename AS codename FROM auth_permission p
       JOIN django_content_type t ON t.id = p.content_type_id
      WHERE p.id IN (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = ?)
         OR p.id IN (SELECT gp.permission_id FROM auth_group_permissions gp
                       JOIN auth_user_groups ug ON ug.group_id = gp.group_id WHERE ug.user_id = ?)`,
    [user.id, user.id],
  )
  const held = new Set(rows.map((row) => `${row.app}.${row.codename}`))
  const has = (action: Action, app: string, model: string) => held.has(`${app}.${action}_${model}`)
  return {
    may: (action, app, model) => has(action, app, model) || (action === 'view' && has('change', app, model)),
  }
}
