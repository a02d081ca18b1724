import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { classifyPostgresError, PostgresError } from './errors.ts';

describe('what PostgreSQL’s errors mean', () => {
  it.each([
    ['40001', 'open', 'fail', 'serialization-failure'],
    ['40001', 'committing', 'fail', 'serialization-failure'],
    ['40P01', 'open', 'fail', 'deadlock-detected'],
    ['23505', 'open', 'fail', 'row-exists'],
    ['22012', 'open', 'fail', 'no-row'],
    ['25006', 'open', 'fail', 'read-only-transaction'],
    ['25P02', 'committing', 'fail', 'in-failed-transaction'],
    ['57P03', 'open', 'fail', 'cannot-connect-now'],
    ['57P01', 'open', 'fail', 'admin-shutdown'],
    // the commit may have reached the disk before the session ended
    ['57P01', 'committing', 'info', 'sqlstate-57P01'],
    ['57P02', 'committing', 'info', 'sqlstate-57P02'],
    // says of itself that nobody knows
    ['40003', 'committing', 'info', 'sqlstate-40003'],
    ['58030', 'committing', 'info', 'sqlstate-58030'],
    ['XX000', 'open', 'info', 'sqlstate-XX000'],
  ] as const)('%s while %s: %s', (sqlState, phase, type, code) => {
    expect(classifyPostgresError(new PostgresError(sqlState, phase, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it.each([
    ['nothing', 'not-connected', 'fail'],
    ['maybe', 'connection-lost', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyPostgresError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [Object.assign(new Error('conflict'), { code: '40001' }), '40001', undefined]) expect(classifyPostgresError(error)).toBeUndefined();
  });
});
