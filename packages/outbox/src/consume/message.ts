// One outbox event as it comes from the topic, with key and headers in whatever converter wrote them.

/** A message as the client library hands it over; `offset` and `timestamp` are Kafka's 64-bit numbers. */
export interface RawMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: bigint
  readonly key: Buffer | null | undefined
  readonly value: Buffer | null | undefined
  readonly headers: ReadonlyMap<Buffer, Buffer | null>
}

/** One event for a handler. */
export interface InboxMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Milliseconds since the epoch. */
  readonly timestampMs: number
  /** The aggregate's id: the record key without any JSON around it. */
  readonly key: string
  /** The outbox row's id from header `id`, lower-case hex without hyphens; null when the header is missing. */
  readonly eventId: string | null
  /** Headers as text, JSON unwrapped; a later header of the same name wins. */
  readonly headers: ReadonlyMap<string, string>
  /** The outbox row's payload, byte for byte. */
  readonly value: Buffer
}

/**
 * Text of a key or header: plain, a JSON string (`"1"`), or JSON with a schema (`{"schema":…,"payload":"1"}`).
 * Whatever is none of the JSON forms is taken as plain text.
 */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  const first = text[0]
  if (first !== '"' && first !== '{') return text
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'string') return parsed
    if (typeof parsed === 'object' && parsed !== null && 'payload' in parsed && 'schema' in parsed) {
      const { payload } = parsed
      if (typeof payload === 'string') return payload
      if (typeof payload === 'number' || typeof payload === 'bigint') return String(payload)
    }
  } catch {
    // not JSON after all
  }
  return text
}

/** Unwraps a raw message; a text when it is none a handler could get: the reason for the dead letters. */
export function inboxMessage(raw: RawMessage): InboxMessage | string {
  if (raw.value === null || raw.value === undefined) return 'the message has no value'
  if (raw.key === null || raw.key === undefined) return 'the message has no key'
  const headers = new Map<string, string>()
  for (const [name, value] of raw.headers) headers.set(name.toString('utf8'), value === null ? '' : textOf(value))
  const id = headers.get('id')
  const key = textOf(raw.key)
  // PostgreSQL's text cannot hold NUL
  if (key.includes('\0') || id?.includes('\0') === true) return 'key or header id of the message holds a NUL character'
  return {
    topic: raw.topic,
    partition: raw.partition,
    offset: raw.offset,
    timestampMs: Number(raw.timestamp),
    key,
    eventId: id === undefined || id === '' ? null : id.replaceAll('-', '').toLowerCase(),
    headers,
    value: raw.value,
  }
}
