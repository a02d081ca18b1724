import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { classifyGaleraError, MariadbError } from './errors.ts';

describe('what MariaDB’s errors mean with Galera', () => {
  it.each([
    // certification comes before anything is committed anywhere
    [1213, 'open', 'fail', 'deadlock'],
    [1213, 'committing', 'fail', 'deadlock'],
    [1047, 'open', 'fail', 'node-not-ready'],
    [1047, 'committing', 'fail', 'node-not-ready'],
    [1205, 'open', 'fail', 'lock-wait-timeout'],
    [1205, 'committing', 'info', 'errno-1205'],
    [1053, 'open', 'fail', 'shutdown-in-progress'],
    [1053, 'committing', 'info', 'errno-1053'],
    [1317, 'committing', 'info', 'errno-1317'],
    [1927, 'committing', 'info', 'errno-1927'],
    // "Got error … during COMMIT": the group may have ordered it
    [1180, 'open', 'info', 'errno-1180'],
    [1180, 'committing', 'info', 'errno-1180'],
    [1105, 'open', 'info', 'errno-1105'],
  ] as const)('%s while %s: %s', (errno, phase, type, code) => {
    expect(classifyGaleraError(new MariadbError(errno, phase, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it.each([
    ['nothing', 'not-connected', 'fail'],
    ['maybe', 'connection-lost', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyGaleraError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [Object.assign(new Error('deadlock'), { errno: 1213 }), 1213, undefined]) expect(classifyGaleraError(error)).toBeUndefined();
  });
});
