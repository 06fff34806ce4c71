// mysql_clear_password: the password as it is, which LDAP and PAM accounts need. Any server may ask for it, so only one that has proved
// who it is gets it.
import { passwordExposed, unexpectedAuthData } from './auth-error.ts'
import type { AuthMethod } from './auth-method.ts'

/** See the file's head. */
export const clearPassword: AuthMethod = ({ password, isTrusted }) => {
  if (!isTrusted) {
    throw passwordExposed(
      'mysql_clear_password',
      'Set database.ssl.mode=verify_ca or verify_identity, with the authority of the server in database.ssl.truststore.',
    )
  }
  return {
    first: Buffer.from(`${password}\0`, 'utf8'),
    more() {
      throw unexpectedAuthData('mysql_clear_password')
    },
  }
}
