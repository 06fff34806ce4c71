// What @millrace/outbox offers to other packages.
export { OutboxError, type OutboxErrorCode } from './outbox-error.ts'
export { type EventIdSource, eventIdSource, isTimeOrderedId } from './publish/event-id.ts'
export { type OutboxColumns, type OutboxTable, outboxTable } from './publish/outbox-table.ts'
export { type OutboxEvent, type OutboxTransaction, type PublishOptions, publish } from './publish/publish.ts'
