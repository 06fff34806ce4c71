// The two registrations of the tutorial, as its reader pastes them: names of 2021, container host names.

/** Stage A: the whole database. */
export const STAGE_A = `{
  "name": "cdc-python-netcore-connector",
  "config": {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": "mysql",
    "database.port": "3306",
    "database.user": "django",
    "database.password": "django",
    "database.server.id": "123321",
    "database.server.name": "cdc-mysql",
    "database.include.list": "djangodb",
    "database.history.kafka.bootstrap.servers": "kafka:9092",
    "database.history.kafka.topic": "schema-changes.djangodb"
  }
}`

/** Stage B: the outbox. No server id. */
export const STAGE_B = `{
  "name": "cdc-python-netcore-connector-outbox",
  "config": {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": "mysql",
    "database.port": "3306",
    "database.user": "django",
    "database.password": "django",
    "database.server.name": "cdc-mysql",
    "database.history.kafka.bootstrap.servers": "kafka:9092",
    "database.history.kafka.topic": "cdc-test",
    "table.include.list": "djangodb.polls_outbox",
    "transforms": "outbox",
    "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    "value.converter": "io.debezium.converters.ByteBufferConverter",
    "value.converter.schemas.enable": "false",
    "value.converter.delegate.converter.type": "org.apache.kafka.connect.json.JsonConverter"
  }
}`
