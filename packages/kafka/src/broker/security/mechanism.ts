// The contract of a SASL mechanism on the server's side. No code.

/** One exchange of tokens with one client. */
export interface SaslExchange {
  /**
   * Takes the client's next token; resolves to the answer, and to the user's name once the client has proved itself. Rejects with
   * `SASL_AUTHENTICATION_FAILED`; its message is for the client and tells nothing about which users exist.
   */
  step(token: Buffer): Promise<{ answer: Buffer; user?: string }>
}
