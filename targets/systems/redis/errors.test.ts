import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { classifyRedisError, HalfDone } from './errors.ts';
import { RedisError } from './resp.ts';

describe('what Redis’s errors mean', () => {
  it.each([
    ["READONLY You can't write against a read only replica.", 'fail', 'readonly'],
    ['LOADING Redis is loading the dataset in memory', 'fail', 'loading'],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'fail', 'masterdown'],
    ['NOREPLICAS Not enough good replicas to write.', 'fail', 'noreplicas'],
    ['MISCONF Errors writing to the AOF file: No space left on device', 'fail', 'misconf'],
    ['EXECABORT Transaction discarded because of previous errors.', 'fail', 'execabort'],
    ['MOVED 3999 127.0.0.1:6381', 'fail', 'moved'],
    ['CLUSTERDOWN The cluster is down', 'fail', 'clusterdown'],
    // the write before the WAIT that it ends has been executed
    ['UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)', 'info', 'unblocked'],
    ['ERR something new', 'info', 'err'],
  ] as const)('%s: %s', (message, type, code) => {
    expect(classifyRedisError(new RedisError(message))).toEqual({ type, error: { code, message } });
  });

  it.each([
    ['nothing', 'ECONNREFUSED', 'fail'],
    ['maybe', 'ECONNRESET', 'info'],
    ['maybe', 'ABORT_ERR', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyRedisError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('knows nothing of a transaction that was done in part', () => {
    expect(classifyRedisError(new HalfDone('OOM'))).toEqual({ type: 'info', error: { code: 'half-done', message: 'OOM' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [new Error('READONLY'), 'READONLY', undefined]) expect(classifyRedisError(error)).toBeUndefined();
  });
});
