// The texts with which servers end a dump, and what each means; which errors are worth a new connection.
import { MysqlError, MysqlProtocolError, MysqlServerError } from '@millrace/mysql'
import { describe, expect, test } from 'vitest'
import { CdcError } from '../../../src/base/errors.ts'
import { cdcErrorOf, mayReconnect } from '../../../src/source/mysql/stream-errors.ts'

describe('error 1236', () => {
  test.each([
    [
      'A replica with the same server_uuid/server_id as this replica has connected to the source; the first event',
      'CDC_POSITION_SERVER',
      'database.server.id',
    ],
    [
      'A slave with the same server_id as this slave has connected to the master',
      'CDC_POSITION_SERVER',
      'database.server.id',
    ],
    [
      'Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere',
      'CDC_POSITION_LOST',
      'binlog_expire_logs_seconds',
    ],
    ["Replica has more GTIDs than the source has, using the source's SERVER_UUID.", 'CDC_POSITION_LOST', 'sync_binlog'],
    [
      "Error: connecting slave requested to start from GTID 0-1-7, which is not in the master's binlog",
      'CDC_POSITION_LOST',
      'sync_binlog',
    ],
    ['Could not find first log file name in binary log index file', 'CDC_POSITION_LOST', 'binlog_expire_logs_seconds'],
    ['could not find next log; the first event', 'CDC_POSITION_LOST', 'when_needed'],
    ['Client requested source to start replication from position > file size', 'CDC_POSITION_LOST', 'shorter'],
    ['Client requested master to start replication from impossible position', 'CDC_POSITION_LOST', 'shorter'],
    ['Client requested source to start replication from position < 4', 'CDC_POSITION_INVALID', 'PATCH'],
    [
      'log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source',
      'CDC_SERVER_REFUSED',
      'max_allowed_packet',
    ],
    ['bogus data in log event', 'CDC_POSITION_DAMAGED', 'mysqlbinlog'],
    [
      'binlog truncated in the middle of event; consider out of disk space on source',
      'CDC_POSITION_DAMAGED',
      'mysqlbinlog',
    ],
    ['event read from binlog did not pass crc check', 'CDC_POSITION_DAMAGED', 'mysqlbinlog'],
    ['Binary log is not open', 'CDC_CONFIG_INVALID', '--log-bin'],
    ['words of a server to come', 'CDC_POSITION_LOST', 'when_needed'],
  ])('%s', (text, code, hint) => {
    const error = cdcErrorOf(new MysqlServerError(1236, 'HY000', text))
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint), retriable: false })
    expect(error.message).toBe(`${text} Error code: 1236; SQLSTATE: HY000.`)
  })
})

describe('a new connection', () => {
  const server = (errno: number) => new MysqlServerError(errno, 'HY000', 'text')
  const own = (code: string, retriable = false) => new MysqlError({ code, message: 'text', retriable })

  test.each<[string, unknown]>([
    ['server shutdown', server(1053)],
    ['too many connections', server(1040)],
    ['killed', server(1317)],
    ['network read error', server(1158)],
    ['network write error', server(1160)],
    ['lost', own('MYSQL_CONNECTION_LOST', true)],
    ['silent', own('MYSQL_CONNECTION_SILENT', true)],
    ['out of sequence', new MysqlProtocolError({ code: 'MYSQL_PROTOCOL_SEQUENCE', message: 'text' })],
    ['not reachable while the server is asked', new CdcError('CDC_CONNECT_REFUSED', 'text')],
    ['a replica that lags', new CdcError('CDC_POSITION_LOST', 'text', { retriable: true })],
  ])('may help: %s', (_, error) => {
    expect(mayReconnect(error)).toBe(true)
  })

  test.each<[string, unknown]>([
    ['access denied', server(1045)],
    ['end of the dump', server(1236)],
    ['checksum', new MysqlProtocolError({ code: 'MYSQL_PROTOCOL_CHECKSUM', message: 'text' })],
    ['TLS', own('MYSQL_TLS_FAILED')],
    ['position lost', new CdcError('CDC_POSITION_LOST', 'text')],
    ['a topic of the history that is away', new CdcError('CDC_SINK_FAILED', 'text', { retriable: true })],
    ['a fault of ours', new TypeError('text')],
  ])('does not help: %s', (_, error) => {
    expect(mayReconnect(error)).toBe(false)
  })
})
