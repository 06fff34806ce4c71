// The methods by the names that servers know them by.
import type { AuthMethod } from './auth-method.ts'
import { clearPassword } from './clear-password.ts'
import { clientEd25519, parsec } from './mariadb-password.ts'
import { nativePassword } from './native-password.ts'
import { cachingSha2Password, sha256Password } from './sha2-password.ts'

/** Methods by name. */
export const authMethods: ReadonlyMap<string, AuthMethod> = new Map([
  ['caching_sha2_password', cachingSha2Password],
  ['sha256_password', sha256Password],
  ['mysql_native_password', nativePassword],
  ['client_ed25519', clientEd25519],
  ['parsec', parsec],
  ['mysql_clear_password', clearPassword],
])
