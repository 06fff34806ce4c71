// What the polls site offers to other packages: start it, prepare its database, migrate it.
export { ensureSuperuser, type FirstSuperuser } from './auth/first-superuser.ts'
export { type DatabaseOptions, databaseSettings, openDatabase } from './database/connection.ts'
export { type AdministratorOptions, type PrepareOptions, prepareDatabase } from './database/prepare.ts'
export { PollsError, type PollsErrorCode } from './polls-error.ts'
export type { SiteLinks } from './site/links.ts'
export { type PollsOptions, type RunningPolls, startPolls } from './start.ts'
