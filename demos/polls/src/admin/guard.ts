// Who may enter the admin: every admin handler is wrapped here, so that none can forget to ask.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Permissions, permissionsOf } from '../auth/permissions.ts'
import type { UserRow } from '../database/entities.ts'
import type { Visit } from '../visit.ts'

/** A visit of a logged-in member of staff. */
export interface AdminVisit {
  readonly visit: Visit
  readonly user: UserRow
  readonly permissions: Permissions
  readonly request: FastifyRequest
}

/** A page of the admin. */
export type AdminHandler = (admin: AdminVisit) => Promise<FastifyReply> | FastifyReply

/** Wraps a handler: anonymous visitors and users without staff rights are sent to the login page with `next`. */
export function staffOnly(handler: AdminHandler) {
  return async (request: FastifyRequest): Promise<FastifyReply> => {
    const { visit } = request
    await visit.loadUser()
    const { user } = visit
    if (user === null || !user.isStaff) {
      return visit.redirect(`/admin/login/?next=${encodeURIComponent(request.url).replaceAll('%2F', '/')}`)
    }
    const permissions = await permissionsOf(visit.em, user)
    return handler({ visit, user, permissions, request })
  }
}
