import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { RqliteError } from './api.ts';
import { classifyRqliteError } from './errors.ts';

describe('what rqlite’s errors mean', () => {
  it.each([
    ['leader not found', 503, 'fail', 'leader-not-found'],
    ['not leader', 200, 'fail', 'not-leader'],
    ['pool get: dial tcp 198.18.1.1:4002: connect: connection refused', 200, 'fail', 'leader-unreachable'],
    ['store not open', 200, 'fail', 'store-not-open'],
    ['node failed to process Execute on remote node at 198.18.1.1:4002: pool get: dial tcp 198.18.1.1:4002: i/o timeout', 200, 'fail', 'leader-unreachable'],
    ['node failed to process Query on remote node at 198.18.1.1:4002: not leader', 200, 'fail', 'not-leader'],
    ['timed out enqueuing operation', 200, 'fail', 'not-enqueued'],
    // in the log: may commit at any time
    ['leadership lost while committing log', 200, 'info', 'rqlite-200'],
    // forwarded, and no answer read
    ['node failed to process Execute on remote node at 198.18.1.1:4002: read protobuf length: EOF', 200, 'info', 'rqlite-200'],
    ['read protobuf length: read tcp 198.18.1.2:36480->198.18.1.1:4002: i/o timeout', 200, 'info', 'rqlite-200'],
    ['raft is already shutdown', 200, 'info', 'rqlite-200'],
    // said of something else that contains the words
    ['execute: not leader, perhaps', 200, 'info', 'rqlite-200'],
    ['something new', 500, 'info', 'rqlite-500'],
  ] as const)('%s', (message, status, type, code) => {
    expect(classifyRqliteError(new RqliteError(status, message))).toEqual({ type, error: { code, message } });
  });

  it.each([
    ['nothing', 'ECONNREFUSED', 'fail'],
    ['maybe', 'ECONNRESET', 'info'],
    ['maybe', 'ABORT_ERR', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyRqliteError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [new Error('not leader'), 'not leader', undefined]) expect(classifyRqliteError(error)).toBeUndefined();
  });
});
