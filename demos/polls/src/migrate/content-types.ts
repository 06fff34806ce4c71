// The rows Django adds after a migration: one content type per model and four permissions per content type, in its order.
import type { EntityManager } from '@mikro-orm/mysql'

interface Model {
  readonly app: string
  readonly model: string
  readonly verboseName: string
}

// Order of INSTALLED_APPS in the tutorial, models in order of definition.
const MODELS: readonly Model[] = [
  { app: 'polls', model: 'question', verboseName: 'question' },
  { app: 'polls', model: 'choice', verboseName: 'choice' },
  { app: 'polls', model: 'outbox', verboseName: 'outbox' },
  { app: 'admin', model: 'logentry', verboseName: 'log entry' },
  { app: 'auth', model: 'permission', verboseName: 'permission' },
  { app: 'auth', model: 'group', verboseName: 'group' },
  { app: 'auth', model: 'user', verboseName: 'user' },
  { app: 'contenttypes', model: 'contenttype', verboseName: 'content type' },
  { app: 'sessions', model: 'session', verboseName: 'session' },
]

const ACTIONS = ['add', 'change', 'delete', 'view'] as const

/** Adds the content types and permissions that are missing; does nothing when all are there. */
export async function fillContentTypes(em: EntityManager): Promise<void> {
  const types = await em.execute<{ id: number; app_label: string; model: string }[]>(
    'SELECT `id`, `app_label`, `model` FROM `django_content_type`',
  )
  const permissions = await em.execute<{ content_type_id: number; codename: string }[]>(
    'SELECT `content_type_id`, `codename` FROM `auth_permission`',
  )
  const idOf = new Map(types.map((row) => [`${row.app_label}.${row.model}`, row.id]))
  const known = new Set(permissions.map((row) => `${row.content_type_id}.${row.codename}`))
  for (const app of new Set(MODELS.map((model) => model.app))) {
    const models = MODELS.filter((model) => model.app === app)
    for (const { model } of models) {
      if (idOf.has(`${app}.${model}`)) continue
      const result = await em.execute<{ insertId: number }>(
        'INSERT INTO `django_content_type` (`app_label`, `model`) VALUES (?, ?)',
        [app, model],
        'run',
      )
      idOf.set(`${app}.${model}`, Number(result.insertId))
    }
    const missing = models.flatMap(({ model, verboseName }) =>
      ACTIONS.map((action) => ({
        name: `Can ${action} ${verboseName}`,
        typeId: idOf.get(`${app}.${model}`)!,
        codename: `${action}_${model}`,
      })).filter(({ typeId, codename }) => !known.has(`${typeId}.${codename}`)),
    )
    if (missing.length === 0) continue
    await em.execute(
      `INSERT INTO \`auth_permission\` (\`name\`, \`content_type_id\`, \`codename\`) VALUES ${missing.map(() => '(?, ?, ?)').join(', ')}`,
      missing.flatMap(({ name, typeId, codename }) => [name, typeId, codename]),
      'run',
    )
  }
}
