// The errors of logging in that are ours, not the server's.
import { MysqlError, MysqlProtocolError } from '../../error.ts'

/** The server says more than its method knows. */
export function unexpectedAuthData(method: string): MysqlProtocolError {
  return new MysqlProtocolError({
    code: 'MYSQL_PROTOCOL_AUTH',
    message: `The server's answer does not belong to the authentication method ${method}`,
    hint: 'Check that host and port are those of a MySQL or MariaDB server.',
  })
}

/** Going on would show the password to somebody who need not be the server. */
export function passwordExposed(method: string, hint: string): MysqlError {
  return new MysqlError({
    code: 'MYSQL_AUTH_EXPOSED',
    message: `The server asks for the password by ${method}, over a connection on which others could read it`,
    hint,
  })
}

/** The server wants a method that is not built. */
export function authUnsupported(method: string): MysqlError {
  // The name comes from the server: printable characters only, and not all of a long one.
  const name = method.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 64)
  return new MysqlError({
    code: 'MYSQL_AUTH_UNSUPPORTED',
    message: `The account's authentication method '${name}' is not supported`,
    hint: 'Use an account with caching_sha2_password, sha256_password, mysql_native_password, or on MariaDB ed25519 or parsec.',
  })
}
