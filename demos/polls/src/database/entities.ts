// The tables of Django's polls site as MikroORM entities. The tables themselves are made by the SQL files under migrations/;
// nothing here may create or alter one.
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { Micros } from '../time/micros.ts'
import { MicroDateTime } from './micro-date-time.ts'

const dateTime = () => p.type(MicroDateTime).$type<Micros>()

/** polls_question */
export const Question = defineEntity({
  name: 'Question',
  tableName: 'polls_question',
  properties: {
    id: p.integer().primary(),
    questionText: p.string().length(200),
    pubDate: dateTime(),
    choices: () => p.oneToMany(Choice).mappedBy('question').orderBy({ id: 'asc' }),
  },
})

/** polls_choice */
export const Choice = defineEntity({
  name: 'Choice',
  tableName: 'polls_choice',
  properties: {
    id: p.integer().primary(),
    choiceText: p.string().length(200),
    votes: p.integer(),
    question: () => p.manyToOne(Question).fieldName('question_id'),
  },
})

/** polls_outbox; rows are written through @millrace/outbox only */
export const Outbox = defineEntity({
  name: 'Outbox',
  tableName: 'polls_outbox',
  properties: {
    id: p.string().length(32).primary(),
    aggregatetype: p.string(),
    aggregateid: p.string(),
    type: p.string(),
    payload: p.blob(),
  },
})

/** auth_user */
export const User = defineEntity({
  name: 'User',
  tableName: 'auth_user',
  properties: {
    id: p.integer().primary(),
    password: p.string().length(128),
    lastLogin: dateTime().nullable(),
    isSuperuser: p.boolean(),
    username: p.string().length(150),
    firstName: p.string().length(150),
    lastName: p.string().length(150),
    email: p.string().length(254),
    isStaff: p.boolean(),
    isActive: p.boolean(),
    dateJoined: dateTime(),
  },
})

/** django_session */
export const Session = defineEntity({
  name: 'Session',
  tableName: 'django_session',
  properties: {
    sessionKey: p.string().length(40).primary(),
    sessionData: p.text(),
    expireDate: dateTime(),
  },
})

/** django_content_type */
export const ContentType = defineEntity({
  name: 'ContentType',
  tableName: 'django_content_type',
  properties: { id: p.integer().primary(), appLabel: p.string(), model: p.string() },
})

/** django_admin_log */
export const LogEntry = defineEntity({
  name: 'LogEntry',
  tableName: 'django_admin_log',
  properties: {
    id: p.integer().primary(),
    actionTime: dateTime(),
    objectId: p.text().nullable(),
    objectRepr: p.string().length(200),
    actionFlag: p.smallint(),
    changeMessage: p.text(),
    contentTypeId: p.integer().nullable(),
    user: () => p.manyToOne(User).fieldName('user_id'),
  },
})

export type QuestionRow = InferEntity<typeof Question>
export type ChoiceRow = InferEntity<typeof Choice>
export type OutboxRow = InferEntity<typeof Outbox>
export type UserRow = InferEntity<typeof User>
export type LogEntryRow = InferEntity<typeof LogEntry>

/** All entities of the site. */
export const entities = [Question, Choice, Outbox, User, Session, ContentType, LogEntry]
