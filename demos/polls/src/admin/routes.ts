// The addresses of the admin, those of Django.
import type { FastifyInstance } from 'fastify'
import { notFoundPage } from '../html/problem-pages.ts'
import { login, loginForm, logout } from './account/login.ts'
import { passwordChangeHandler, passwordDoneHandler } from './account/password-change.ts'
import { staffOnly } from './guard.ts'
import { appHandler, indexHandler } from './index-page.ts'
import { outboxListHandler, outboxRowHandler } from './outbox/pages.ts'
import { deleteHandler } from './question/delete.ts'
import { addHandler, changeHandler } from './question/edit.ts'
import { historyHandler } from './question/history.ts'
import { listHandler } from './question/list.ts'

/** Registers everything under `/admin/`. */
export function adminRoutes(server: FastifyInstance): void {
  const both = ['GET', 'POST']
  server.get('/admin/login/', loginForm)
  server.post('/admin/login/', login)
  server.route({ method: both, url: '/admin/logout/', handler: logout })
  server.get('/admin/', indexHandler)
  server.get('/admin/polls/', appHandler)
  server.route({ method: both, url: '/admin/password_change/', handler: passwordChangeHandler })
  server.get('/admin/password_change/done/', passwordDoneHandler)
  server.route({ method: both, url: '/admin/polls/question/', handler: listHandler })
  server.route({ method: both, url: '/admin/polls/question/add/', handler: addHandler })
  server.route({ method: both, url: '/admin/polls/question/:id/change/', handler: changeHandler })
  server.route({ method: both, url: '/admin/polls/question/:id/delete/', handler: deleteHandler })
  server.get('/admin/polls/question/:id/history/', historyHandler)
  server.get(
    '/admin/polls/question/:id/',
    staffOnly(({ visit, request }) => visit.redirect(`${request.url.split('?')[0]}change/`)),
  )
  server.get('/admin/polls/outbox/', outboxListHandler)
  server.get('/admin/polls/outbox/:id/change/', outboxRowHandler)
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
