/** What a simulated connection says when it fails: the codes that Node's own sockets use, so that one client table serves all hosts. */

/** `ECONNREFUSED`: nothing was sent, certainly no effect. `ECONNRESET`, `ABORT_ERR`: the request may have been received: unknown. */
export type ConnectionErrorCode = 'ECONNREFUSED' | 'ECONNRESET' | 'ABORT_ERR';

export class ConnectionError extends Error {
  readonly code: ConnectionErrorCode;

  constructor(code: ConnectionErrorCode, message: string) {
    super(message);
    this.name = 'ConnectionError';
    this.code = code;
  }
}
