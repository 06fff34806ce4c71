// Recorded from the answers of Kafka Connect 4.3.1 with Debezium 3.6.1.Final (both Apache-2.0) to GET /connector-plugins/{plugin}/config:
// clients compare names, types, defaults and texts, so they must be theirs. Not edited by hand.
import { type ConfigDefinition, define } from '../definition.ts'

/** Options of JsonConverter. */
export const jsonConverterDefinitions: readonly ConfigDefinition[] = [
  define("converter.type", "STRING", true, null, "LOW", null, -1, "NONE", "converter.type", "How this converter will be used."),
  define("schemas.enable", "BOOLEAN", false, "true", "HIGH", "Schemas", 0, "MEDIUM", "Enable Schemas", "Include schemas within each of the serialized values and keys."),
  define("schemas.cache.size", "INT", false, "1000", "HIGH", "Schemas", 1, "MEDIUM", "Schema Cache Size", "The maximum number of schemas that can be cached in this converter instance."),
  define("schema.content", "STRING", false, null, "HIGH", "Schemas", 2, "MEDIUM", "Schema Content", "When set, this is used as the schema for all messages, and the schemas within each of the message will be ignored.Otherwise, the schema will be included in the content of each message. This configuration applies only 'schemas.enable' is true, and it exclusively affects the sink connector."),
  define("decimal.format", "STRING", false, "BASE64", "LOW", "Serialization", 0, "MEDIUM", "Decimal Format", "Controls which format this converter will serialize decimals in. This value is case insensitive and can be either 'BASE64' (default) or 'NUMERIC'"),
  define("replace.null.with.default", "BOOLEAN", false, "true", "LOW", "Serialization", 1, "MEDIUM", "Replace null with default", "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used."),
]

/** Options of StringConverter. */
export const stringConverterDefinitions: readonly ConfigDefinition[] = [
  define("converter.type", "STRING", true, null, "LOW", null, -1, "NONE", "converter.type", "How this converter will be used."),
  define("converter.encoding", "STRING", false, "UTF-8", "HIGH", null, -1, "MEDIUM", "Encoding", "The name of the Java character set to use for encoding strings as byte arrays."),
]

/** Options of BinaryDataConverter and of Debezium’s ByteArrayConverter. */
export const binaryDataConverterDefinitions: readonly ConfigDefinition[] = [
  define("converter.type", "STRING", true, null, "LOW", null, -1, "NONE", "converter.type", "How this converter will be used."),
  define("delegate.converter.type", "STRING", false, null, "LOW", null, -1, "NONE", "delegate.converter.type", "Specifies the delegate converter class"),
]

/** Options of the converters of single numbers and of Boolean. */
export const numberConverterDefinitions: readonly ConfigDefinition[] = [
  define("converter.type", "STRING", true, null, "LOW", null, -1, "NONE", "converter.type", "How this converter will be used."),
]
