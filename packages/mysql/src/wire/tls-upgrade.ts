// Puts TLS on a plain socket in the middle of a login.
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls'
import { MysqlError } from '../error.ts'
import type { TlsOptions } from './connection-options.ts'

/** Codes of a connection that broke: trying again may help, unlike with certificates. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

const HINT = 'Check the certificates, the host name in them, and the TLS versions of both sides.'

/**
 * Resolves to the secure socket once the handshake is done. Throws MYSQL_TLS_FAILED (certificate refused, no common version), and
 * MYSQL_CONNECTION_LOST when the connection ended on the way.
 */
export function secureSocket(plain: Socket, host: string, tls: TlsOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      socket?.destroy()
      reject(tlsError(error))
    }
    let socket: TLSSocket | null = null
    try {
      socket = connect({
        ...tls.context,
        socket: plain,
        ...(isIP(host) === 0 && host !== '' ? { servername: host } : {}),
        rejectUnauthorized: tls.verifyCertificate,
        // Node would compare with a name of its own choice where the host is an address.
        checkServerIdentity: (_, certificate) =>
          tls.verifyIdentity ? checkServerIdentity(host, certificate) : undefined,
      })
    } catch (error) {
      return fail(error)
    }
    const secure = socket
    const onClose = () => fail(null)
    secure.once('error', fail)
    secure.once('close', onClose)
    secure.once('secureConnect', () => {
      secure.off('error', fail)
      secure.off('close', onClose)
      resolve(secure)
    })
  })
}

function tlsError(thrown: unknown): MysqlError {
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  if (thrown === null || (typeof code === 'string' && BROKEN.has(code))) {
    return new MysqlError({
      code: 'MYSQL_CONNECTION_LOST',
      message: 'The connection ended while TLS was set up',
      retriable: true,
      cause: thrown,
    })
  }
  return new MysqlError({
    code: 'MYSQL_TLS_FAILED',
    message: `TLS with the server failed: ${String(message)}`,
    hint: HINT,
    cause: thrown,
  })
}
