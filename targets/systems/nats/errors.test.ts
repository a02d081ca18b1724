import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { classifyNatsError, JetStreamError, NoResponders } from './errors.ts';

describe('what NATS’s errors mean', () => {
  it.each([
    [10_059, 'fail', 'stream-not-found'],
    [10_023, 'fail', 'insufficient-resources'],
    [10_054, 'fail', 'message-too-large'],
    // what went wrong when it was stored, or with the leader, may be stored elsewhere
    [10_077, 'info', '10077'],
    [10_008, 'info', '10008'],
    [0, 'info', '0'],
  ] as const)('%d: %s', (code, type, name) => {
    expect(classifyNatsError(new JetStreamError(code, 'why'))).toEqual({ type, error: { code: name, message: 'why' } });
  });

  it('a message that was delivered to nobody has failed', () => {
    expect(classifyNatsError(new NoResponders('a.b'))).toEqual({ type: 'fail', error: { code: 'no-responders', message: 'nobody listens to a.b' } });
  });

  it.each([
    ['nothing', 'ECONNREFUSED', 'fail'],
    ['maybe', 'ECONNRESET', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyNatsError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [new Error('10059'), 10_059, undefined]) expect(classifyNatsError(error)).toBeUndefined();
  });
});
