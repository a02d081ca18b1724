import { describe, expect, it } from 'vitest';
import { classifyRabbitmqError, publishError, RabbitmqError } from './errors.ts';

describe('RabbitMQ’s errors', () => {
  it.each([
    ['none', 'not-connected', 'fail'],
    ['none', 'unroutable', 'fail'],
    ['none', 'amqp-404', 'fail'],
    ['maybe', 'connection-lost', 'info'],
  ] as const)('with effect %s (%s) are %s', (effect, code, type) => {
    expect(classifyRabbitmqError(new RabbitmqError(effect, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leave it open whether a message that was not confirmed is there: a mirror may have it', () => {
    expect(classifyRabbitmqError(publishError(new Error('message nacked')))).toMatchObject({ type: 'info', error: { code: 'nacked' } });
    expect(classifyRabbitmqError(publishError(new Error('channel closed')))).toMatchObject({ type: 'info', error: { code: 'connection-lost' } });
  });

  it('that are not in the table are unknown', () => {
    expect(classifyRabbitmqError(new Error('boom'))).toBeUndefined();
    expect(classifyRabbitmqError(undefined)).toBeUndefined();
  });
});
