// What the questions application offers to other packages: start it.
export type { PostgresOptions } from './database.ts'
export { QuestionsError, type QuestionsErrorCode } from './questions-error.ts'
export { type QuestionsOptions, type RunningQuestions, startQuestions } from './start.ts'
