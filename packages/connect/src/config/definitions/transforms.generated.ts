// Recorded from the answers of Kafka Connect 4.3.1 with Debezium 3.6.1.Final (both Apache-2.0) to GET /connector-plugins/{plugin}/config:
// clients compare names, types, defaults and texts, so they must be theirs. Not edited by hand.
import { type ConfigDefinition, define } from '../definition.ts'

/** Options of EventRouter. */
export const eventRouterDefinitions: readonly ConfigDefinition[] = [
  define("table.field.event.id", "STRING", false, "id", "LOW", "Table", 1, "MEDIUM", "Event ID Field", "The column which contains the event ID within the outbox table"),
  define("table.field.event.key", "STRING", false, "aggregateid", "LOW", "Table", 2, "MEDIUM", "Event Key Field", "The column which contains the event key within the outbox table"),
  define("table.field.event.type", "STRING", false, "type", "LOW", "Table", 3, "MEDIUM", "Event Type Field", "The column which contains the event type within the outbox table"),
  define("table.field.event.payload", "STRING", false, "payload", "LOW", "Table", 4, "MEDIUM", "Event Payload Field", "The column which contains the event payload within the outbox table"),
  define("table.field.event.timestamp", "STRING", false, null, "MEDIUM", "Table", 5, "MEDIUM", "Event Timestamp Field", "Optionally you can override the Kafka message timestamp with a value from a chosen column, otherwise it'll be the Debezium event processed timestamp."),
  define("table.fields.additional.placement", "LIST", false, null, "HIGH", "Table", 6, "MEDIUM", "Settings for each additional column in the outbox table", "Extra fields can be added as part of the event envelope or a message header, format is a list of colon-delimited pairs or trios when you desire to have aliases, e.g. <code>id:header,field_name:envelope:alias,field_name:partition</code> "),
  define("table.field.additional.missing", "STRING", false, "error", "MEDIUM", "Table", 7, "MEDIUM", "Behavior when an additional field is missing in the change data", "When transforming the 'table.fields.additional.placement' fields, defines the behavior when one of the configured fields is missing in the change data. 'error' (default) will throw an exception; 'ignore' will silently skip the missing field."),
  define("table.field.event.schema.version", "STRING", false, null, "LOW", "Table", 8, "MEDIUM", "Event Schema Version Field", "The column which contains the event schema version within the outbox table"),
  define("table.op.invalid.behavior", "STRING", false, "warn", "MEDIUM", "Table", 9, "MEDIUM", "Behavior when capturing an unexpected outbox event", "While Debezium is capturing changes from the outbox table, it is expecting only to process 'create' or 'delete' row events; in case something else is processed this transform can log it as warning, error or stop the process."),
  define("table.expand.json.payload", "BOOLEAN", false, "false", "MEDIUM", "Table", 10, "MEDIUM", "Expand Payload escaped string as real JSON", "Whether or not to try unescaping a JSON string and make it real JSON. It will infer schema information from payload and update the record schema accordingly. If content is not JSON, it just produces a warning and emits the record unchanged"),
  define("table.json.payload.null.behavior", "STRING", false, "ignore", "MEDIUM", "Table", 11, "MEDIUM", "Behavior when json payload including null value", "Behavior when json payload including null value, the default will ignore null, optional_bytes will keep the null value, and treat null as optional bytes of connect."),
  define("route.by.field", "STRING", false, "aggregatetype", "HIGH", "Router", 1, "MEDIUM", "Field to route events by", "The column which determines how the events will be routed, the value will become part of the topic name"),
  define("route.topic.regex", "STRING", false, "(?<routedByValue>.*)", "LOW", "Router", 2, "MEDIUM", "The name of the routed topic", "The default regex to use within the RegexRouter, the default capture will allow to replace the routed field into a new topic name defined in 'route.topic.replacement'"),
  define("route.topic.replacement", "STRING", false, "outbox.event.${routedByValue}", "HIGH", "Router", 3, "MEDIUM", "The name of the routed topic", "The name of the topic in which the events will be routed, a replacement '${routedByValue}' is available which is the value of The column configured via 'route.by.field'"),
  define("route.tombstone.on.empty.payload", "BOOLEAN", false, "false", "HIGH", "Router", 4, "MEDIUM", "Empty payloads cause a tombstone message", "Whether or not an empty payload should cause a tombstone event."),
  define("tracing.span.context.field", "STRING", false, "tracingspancontext", "HIGH", "Tracing", 1, "MEDIUM", "Serialized tracing span context field", "The name of the field containing java.util.Properties representation of serialized span context. Defaults to 'tracingspancontext'"),
  define("tracing.operation.name", "STRING", false, "debezium-read", "HIGH", "Tracing", 2, "MEDIUM", "Tracing operation name", "The operation name representing Debezium processing span. Default is 'debezium-read'"),
  define("tracing.with.context.field.only", "BOOLEAN", false, "false", "HIGH", "Tracing", 3, "MEDIUM", "Trace only events with context field present", "Set to `true` when only events that have serialized context field should be traced."),
]

/** Options of ExtractNewRecordState. */
export const extractNewRecordStateDefinitions: readonly ConfigDefinition[] = [
  define("delete.tombstone.handling.mode", "STRING", false, "tombstone", "MEDIUM", null, 1, "MEDIUM", "Handle delete and tombstone records", "How to handle delete records. Options are: drop - Remove the delete event and tombstone from the stream.tombstone (default) - For each delete event, leave only a tombstone in the stream.rewrite - Remove tombstone from the record, and add a `__deleted` field with the value `true`.rewrite-with-tombstone - Retain tombstone in record and add a `__deleted` field with the value `true`.delete-to-tombstone - Convert delete events to tombstone events and drop tombstone events."),
  define("route.by.field", "STRING", false, "", "LOW", null, 1, "LONG", "Route by field name", "The column which determines how the events will be routed, the value will replace the topic name."),
  define("add.fields.prefix", "STRING", false, "__", "LOW", null, 1, "SHORT", "Field prefix to be added to each field.", "Adds this prefix to each field listed."),
  define("add.fields", "LIST", false, "", "LOW", null, 1, "LONG", "Adds the specified field(s) to the message if they exist.", "Adds each field listed, prefixed with __ (or __<struct>_ if the struct is specified). Example: 'version,connector,source.ts_ms' would add __version, __connector and __source_ts_ms fields. Optionally one can also map new field name like version:VERSION,connector:CONNECTOR,source.ts_ms:EVENT_TIMESTAMP.Please note that the new field name is case-sensitive."),
  define("add.headers.prefix", "STRING", false, "__", "LOW", null, 1, "SHORT", "Header prefix to be added to each header.", "Adds this prefix listed to each header."),
  define("add.headers", "LIST", false, "", "LOW", null, 1, "LONG", "Adds the specified fields to the header if they exist.", "Adds each field listed to the header,  __ (or __<struct>_ if the struct is specified). Example: 'version,connector,source.ts_ms' would add __version, __connector and __source_ts_ms fields. Optionally one can also map new field name like version:VERSION,connector:CONNECTOR,source.ts_ms:EVENT_TIMESTAMP.Please note that the new field name is case-sensitive."),
  define("drop.fields.header.name", "STRING", false, null, "LOW", null, 1, "SHORT", "Specifies a header that contains a list of field names to be removed", "Specifies the name of a header that contains a list of fields to be removed from the event value."),
  define("drop.fields.from.key", "BOOLEAN", false, "false", "LOW", null, 1, "SHORT", "Specifies whether the fields to be dropped should also be omitted from the key", "Specifies whether to apply the drop fields behavior to the event key as well as the value. Default behavior is to only remove fields from the event value, not the key."),
  define("drop.fields.keep.schema.compatible", "BOOLEAN", false, "true", "LOW", null, 1, "SHORT", "Specifies if fields are dropped, will the event's schemas be compatible", "Controls the output event's schema compatibility when using the drop fields feature. `true`: dropped fields are removed if the schema indicates its optional leaving the schemas unchanged, `false`: dropped fields are removed from the key/value schemas, regardless of optionality."),
]

/** Options of ByLogicalTableRouter. */
export const byLogicalTableRouterDefinitions: readonly ConfigDefinition[] = [
  define("topic.regex", "STRING", false, null, "LOW", null, 1, "LONG", "Topic regex", "The regex used for extracting the name of the logical table from the original topic name."),
  define("topic.replacement", "STRING", false, null, "LOW", null, 1, "LONG", "Topic replacement", "The replacement string used in conjunction with topic.regex. This will be used to create the new topic name."),
  define("key.enforce.uniqueness", "BOOLEAN", false, "true", "LOW", null, 1, "SHORT", "Add source topic name into key", "Augment each record's key with a field denoting the source topic. This field distinguishes records coming from different physical tables which may otherwise have primary/unique key conflicts. If the source tables are guaranteed to have globally unique keys then this may be set to false to disable key rewriting."),
  define("key.field.regex", "STRING", false, null, "LOW", null, 1, "LONG", "Key field regex", "The regex used for extracting the physical table identifier from the original topic name. Now that multiple physical tables can share a topic, the event's key may need to be augmented to include fields other than just those for the record's primary/unique key, since these are not guaranteed to be unique across tables. We need some identifier added to the key that distinguishes the different physical tables."),
  define("key.field.replacement", "STRING", false, null, "LOW", null, 1, "LONG", "Key field replacement", "The replacement string used in conjunction with key.field.regex. This will be used to create the physical table identifier in the record's key."),
  define("logical.table.cache.size", "INT", false, "16", "LOW", null, 1, "LONG", "Logical table cache size", "The size used for holding the max entries in LRUCache. The cache will keep the old/new schema for logical table key and value, also cache the derived key and topic regex result for improving the source record transformation."),
]

/** Options of ExtractChangedRecordState. */
export const extractChangedRecordStateDefinitions: readonly ConfigDefinition[] = [
  define("header.changed.name", "STRING", false, null, "LOW", null, 1, "LONG", "Header change name.", "Specify the header changed name, default is null which means not send changes to header."),
  define("header.unchanged.name", "STRING", false, null, "LOW", null, 1, "LONG", "Header unchanged name.", "Specify the header unchanged name of schema, default is null which means not send changes to header."),
]

/** Options of HeaderToValue. */
export const headerToValueDefinitions: readonly ConfigDefinition[] = [
  define("headers", "LIST", false, null, "HIGH", null, 1, "NONE", "Header names list", "Header names in the record whose values are to be copied or moved to record value."),
  define("fields", "LIST", false, null, "HIGH", null, 1, "NONE", "Field names list", "Field names, in the same order as the header names listed in the headers configuration property. Supports Struct nesting using dot notation."),
  define("operation", "STRING", false, null, "HIGH", null, 1, "NONE", "Operation: mover or copy", "Either <code>move</code> if the fields are to be moved to the value (removed from the headers), or <code>copy</code> if the fields are to be copied to the value (retained in the headers)."),
]

/** Options of PartitionRouting. */
export const partitionRoutingDefinitions: readonly ConfigDefinition[] = [
  define("partition.payload.fields", "LIST", false, null, "HIGH", "partitions", 1, "NONE", "List of payload fields to use for compute partition.", "Payload fields to use to calculate the partition. Supports Struct nesting using dot notation.To access fields related to data collections, you can use: after, before or change, where 'change' is a special field that will automatically choose, based on operation, the 'after' or 'before'. If a field not exist for the current record it will simply not usede.g. after.name,source.table,change.name"),
  define("partition.topic.num", "INT", false, null, "HIGH", "partitions", 2, "NONE", "Number of partition configured for topic", "Number of partition for the topic on which this SMT act. Use TopicNameMatches predicate to filter records by topic"),
  define("partition.hash.function", "STRING", false, "java", "LOW", "partitions", 3, "NONE", "Hash function", "Hash function to be used when computing hash of the fields which would determine number of the destination partition."),
]

/** Options of TimezoneConverter. */
export const timezoneConverterDefinitions: readonly ConfigDefinition[] = [
  define("converted.timezone", "STRING", false, null, "HIGH", null, 1, "MEDIUM", "Converted Timezone", "A string that represents the timezone to which the time-based fields should be converted.The format can be geographic (e.g. America/Los_Angeles), or it can be a UTC offset in the format of +/-hh:mm, (e.g. +08:00)."),
  define("include.list", "LIST", false, null, "HIGH", null, 1, "MEDIUM", "Include List", "A comma-separated list of rules that specify what events should be evaluated for timezone conversion, using one of the following formats: `source:<tablename>`:: Matches only Debezium change events with a source information block with the specified table name. All time-based fields will be converted. `source:<tablename>:<fieldname>`:: Matches only Debezium change events with a source information with the specified table name. Only the specified field name will be converted. `topic:<topicname>`:: Matches the specified topic name, converting all time-based fields. `topic:<topicname>:<fieldname>`:: Matches the specified topic name, converting only the specified field name. `<matchname>:<fieldname>`:: Uses a heuristic matching algorithm to matches the source information block table name if the source information block exists, otherwise matches against the topic name. The conversion is applied only to to the specified field name. "),
  define("exclude.list", "LIST", false, null, "HIGH", null, 1, "MEDIUM", "Exclude List", "A comma-separated list of rules that specify what events should be excluded from timezone conversion, using one of the following formats: `source:<tablename>`:: Matches only Debezium change events with a source information block with the specified table name. All time-based fields will be excluded. `source:<tablename>:<fieldnames>`:: Matches only Debezium change events with a source information with the specified table name. Only the specified field name will be excluded. `topic:<topicname>`:: Matches the specified topic name, excluding all time-based fields. `topic:<topicname>:<fieldnames>`:: Matches the specified topic name, excluding only the specified field name. `<matchname>:<fieldnames>`:: Uses a heuristic matching algorithm to matches the source information block table name if the source information block exists, otherwise matches against the topic name. The conversion is applied only to to the specified field name. "),
]

/** Options of SchemaChangeEventFilter. */
export const schemaChangeEventFilterDefinitions: readonly ConfigDefinition[] = [
  define("schema.change.event.exclude.list", "STRING", false, null, "HIGH", null, 1, "SHORT", "Schema change event exclude list", "Support filtering during DDL synchronization"),
]

/** Options of RegexRouter. */
export const regexRouterDefinitions: readonly ConfigDefinition[] = [
  define("regex", "STRING", true, null, "HIGH", null, -1, "NONE", "regex", "Regular expression to use for matching."),
  define("replacement", "STRING", true, null, "HIGH", null, -1, "NONE", "replacement", "Replacement string."),
]

/** Options of MaskField. */
export const maskFieldDefinitions: readonly ConfigDefinition[] = [
  define("fields", "LIST", true, null, "HIGH", null, -1, "NONE", "fields", "Names of fields to mask."),
  define("replacement", "STRING", false, null, "LOW", null, -1, "NONE", "replacement", "Custom value replacement, that will be applied to all 'fields' values (numeric or non-empty string values only)."),
  define("replace.null.with.default", "BOOLEAN", false, "true", "MEDIUM", null, -1, "NONE", "replace.null.with.default", "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used."),
]

/** Options of InsertField. */
export const insertFieldDefinitions: readonly ConfigDefinition[] = [
  define("topic.field", "STRING", false, null, "MEDIUM", null, -1, "NONE", "topic.field", "Field name for Kafka topic. Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default)."),
  define("partition.field", "STRING", false, null, "MEDIUM", null, -1, "NONE", "partition.field", "Field name for Kafka partition. Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default)."),
  define("offset.field", "STRING", false, null, "MEDIUM", null, -1, "NONE", "offset.field", "Field name for Kafka offset - only applicable to sink connectors.<br/>Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default)."),
  define("timestamp.field", "STRING", false, null, "MEDIUM", null, -1, "NONE", "timestamp.field", "Field name for record timestamp. Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default)."),
  define("static.field", "STRING", false, null, "MEDIUM", null, -1, "NONE", "static.field", "Field name for static data field. Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default)."),
  define("static.value", "STRING", false, null, "MEDIUM", null, -1, "NONE", "static.value", "Static field value, if field name configured."),
  define("replace.null.with.default", "BOOLEAN", false, "true", "MEDIUM", null, -1, "NONE", "replace.null.with.default", "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used."),
]

/** Options of ValueToKey. */
export const valueToKeyDefinitions: readonly ConfigDefinition[] = [
  define("fields", "LIST", true, null, "HIGH", null, -1, "NONE", "fields", "Field names on the record value to extract as the record key."),
  define("replace.null.with.default", "BOOLEAN", false, "true", "MEDIUM", null, -1, "NONE", "replace.null.with.default", "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used."),
]

/** Options of TimestampConverter. */
export const timestampConverterDefinitions: readonly ConfigDefinition[] = [
  define("field", "STRING", false, "", "HIGH", null, -1, "NONE", "field", "The field containing the timestamp, or empty if the entire value is a timestamp"),
  define("target.type", "STRING", true, null, "HIGH", null, -1, "NONE", "target.type", "The desired timestamp representation: string, unix, Date, Time, or Timestamp"),
  define("format", "STRING", false, "", "MEDIUM", null, -1, "NONE", "format", "A SimpleDateFormat-compatible format for the timestamp. Used to generate the output when type=string or used to parse the input if the input is a string."),
  define("unix.precision", "STRING", false, "milliseconds", "LOW", null, -1, "NONE", "unix.precision", "The desired Unix precision for the timestamp: seconds, milliseconds, microseconds, or nanoseconds. Used to generate the output when type=unix or used to parse the input if the input is a Long.Note: This SMT will cause precision loss during conversions from, and to, values with sub-millisecond components."),
  define("replace.null.with.default", "BOOLEAN", false, "true", "MEDIUM", null, -1, "NONE", "replace.null.with.default", "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used."),
]

/** Options of TopicNameMatches. */
export const topicNameMatchesDefinitions: readonly ConfigDefinition[] = [
  define("pattern", "STRING", true, null, "MEDIUM", null, -1, "NONE", "pattern", "A Java regular expression for matching against the name of a record's topic."),
]
