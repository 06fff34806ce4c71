// The models the admin shows.

/** One model in the admin's index and navigation. */
export interface AdminModel {
  readonly app: string
  readonly appTitle: string
  readonly model: string
  readonly singular: string
  readonly plural: string
  /** Address of the list. */
  readonly url: string
  /** False: rows can be looked at only. */
  readonly editable: boolean
}

/** polls_question */
export const QUESTION_MODEL: AdminModel = {
  app: 'polls',
  appTitle: 'Polls',
  model: 'question',
  singular: 'question',
  plural: 'Questions',
  url: '/admin/polls/question/',
  editable: true,
}

/** polls_outbox */
export const OUTBOX_MODEL: AdminModel = {
  app: 'polls',
  appTitle: 'Polls',
  model: 'outbox',
  singular: 'outbox',
  plural: 'Outbox',
  url: '/admin/polls/outbox/',
  editable: false,
}

/** All of them, in the order of the index. */
export const MODELS: readonly AdminModel[] = [QUESTION_MODEL, OUTBOX_MODEL]
