// The addresses of the public pages, those of the tutorial.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFoundPage } from '../html/problem-pages.ts'
import type { SiteLinks } from './links.ts'
import { detailPage, homePage, indexPage, resultsPage } from './pages.ts'
import { choicesOf, findQuestion, latestQuestions, vote } from './questions.ts'

const MAX_ID = 2_147_483_647

/** The id in the address, or null when it is no id. */
export function idOf(request: FastifyRequest): number | null {
  const { id } = request.params as { id?: string }
  if (id === undefined || !/^\d{1,10}$/.test(id)) return null
  const value = Number(id)
  return value <= MAX_ID ? value : null
}

/** Registers `/`, `/polls/…`, and the redirects for a missing trailing slash. */
export function siteRoutes(server: FastifyInstance, links: SiteLinks): void {
  server.get('/', (request) => request.visit.send(homePage(links)))
  server.get('/polls/', async ({ visit }) => visit.send(indexPage(await latestQuestions(visit.em))))

  server.get('/polls/:id/', async (request) => {
    const { visit } = request
    const question = await visibleQuestion(request)
    if (question === null) return visit.send(notFoundPage(), 404)
    return visit.send(detailPage(question, await choicesOf(visit.em, question), visit.csrfField()))
  })

  server.get('/polls/:id/results/', async (request) => {
    const { visit } = request
    const question = await visibleQuestion(request)
    if (question === null) return visit.send(notFoundPage(), 404)
    return visit.send(resultsPage(question, await choicesOf(visit.em, question)))
  })

  server.post('/polls/:id/vote/', async (request) => {
    const { visit } = request
    const question = await visibleQuestion(request)
    if (question === null) return visit.send(notFoundPage(), 404)
    const choice = visit.form.get('choice') ?? ''
    if (/^\d{1,10}$/.test(choice) && (await vote(visit.em, question.id, Number(choice)))) {
      return visit.redirect(`/polls/${question.id}/results/`)
    }
    const choices = await choicesOf(visit.em, question)
    return visit.send(detailPage(question, choices, visit.csrfField(), "You didn't select a choice."))
  })

  for (const path of ['/polls', '/polls/:id', '/polls/:id/results', '/polls/:id/vote', '/admin']) {
    server.get(path, (request, reply) => {
      const [before, query] = request.url.split('?') as [string, string?]
      return reply.redirect(`${before}/${query === undefined ? '' : `?${query}`}`, 301)
    })
  }
}

async function visibleQuestion(request: FastifyRequest) {
  const id = idOf(request)
  if (id === null) return null
  await request.visit.loadUser()
  return findQuestion(request.visit.em, id, request.visit.user?.isStaff === true)
}
