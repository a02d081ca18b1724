import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { classifyZookeeperError, ZookeeperError } from './errors.ts';

describe('what ZooKeeper’s errors mean', () => {
  it.each([
    [-101, 'fail', 'no-node'],
    [-103, 'fail', 'bad-version'],
    [-110, 'fail', 'node-exists'],
    [-112, 'fail', 'session-expired'],
    // a connection that was lost further on, or an operation that took too long, may have been done
    [-4, 'info', '-4'],
    [-7, 'info', '-7'],
    [-1, 'info', '-1'],
    [-999, 'info', '-999'],
  ] as const)('%d: %s', (code, type, name) => {
    expect(classifyZookeeperError(new ZookeeperError(code))).toEqual({ type, error: { code: name, message: `ZooKeeper answered ${code}` } });
  });

  it.each([
    ['nothing', 'ECONNREFUSED', 'fail'],
    ['maybe', 'ECONNRESET', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyZookeeperError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [new Error('-101'), -101, undefined]) expect(classifyZookeeperError(error)).toBeUndefined();
  });
});
