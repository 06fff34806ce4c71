// The addresses of the admin, those of Django.
import type { FastifyInstance } from 'fastify'
import { notFoundPage } from '../server.ts'
import { login, loginForm, logout } from './account/login.ts'
import { staffOnly } from './guard.ts'
import { appHandler, indexHandler } from './index-page.ts'
import { addHandler, changeHandler } from './question/edit.ts'

/** Registers everything under `/admin/`. */
export function adminRoutes(server: FastifyInstance): void {
  const both = ['GET', 'POST']
  server.get('/admin/login/', loginForm)
  server.post('/admin/login/', login)
  server.route({ method: both, url: '/admin/logout/', handler: logout })
  server.get('/admin/', indexHandler)
  server.get('/admin/polls/', appHandler)
  server.route({ method: both, url: '/admin/polls/question/add/', handler: addHandler })
  server.route({ method: both, url: '/admin/polls/question/:id/change/', handler: changeHandler })
  server.get(
    '/admin/*',
    staffOnly(({ visit, request }) => {
      const [path, query] = request.url.split('?') as [string, string?]
      // as Django's APPEND_SLASH; what does not exist then answers 404
      if (!path.endsWith('/')) return visit.reply.redirect(`${path}/${query === undefined ? '' : `?${query}`}`, 301)
      return visit.send(notFoundPage(), 404)
    }),
  )
}
