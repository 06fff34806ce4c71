// What @millrace/outbox offers to other packages.

export { type InboxHandler, RejectMessage } from './consume/apply-batch.ts'
export {
  type ConsumeOptions,
  type ConsumerHealth,
  type ConsumerNotice,
  type ConsumerState,
  consume,
  type RunningConsumer,
} from './consume/consume.ts'
export { createInboxTables, type SqlClient, type SqlPool } from './consume/inbox-store.ts'
export type { InboxMessage } from './consume/message.ts'
export { OutboxError, type OutboxErrorCode } from './outbox-error.ts'
export { type EventIdSource, eventIdSource, isTimeOrderedId } from './publish/event-id.ts'
export { type OutboxColumns, type OutboxTable, outboxTable } from './publish/outbox-table.ts'
export { type OutboxEvent, type OutboxTransaction, type PublishOptions, publish } from './publish/publish.ts'
