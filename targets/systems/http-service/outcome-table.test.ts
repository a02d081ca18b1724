import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { outcomeOf, Refused, ruleOf, StatusError } from './outcome-table.ts';

describe('the error table of services', () => {
  it('takes a status for what it says, and for unknown where it says nothing', () => {
    const rules = [200, 201, 204, 303, 400, 404, 408, 409, 429, 499, 500, 502, 503, 504].map((status) => [status, ruleOf(status, {})]);
    expect(Object.fromEntries(rules)).toEqual({
      ...{ 200: 'ok', 201: 'ok', 204: 'ok', 303: 'info', 400: 'fail', 404: 'fail', 408: 'info', 409: 'fail', 429: 'fail', 499: 'info' },
      ...{ 500: 'info', 502: 'info', 503: 'info', 504: 'info' },
    });
  });

  it('lets a test overrule it, a status before its class', () => {
    const given = { '409': 'ok', '4xx': 'info', '503': 'fail' } as const;
    expect([409, 404, 503, 500, 200].map((status) => ruleOf(status, given))).toEqual(['ok', 'info', 'fail', 'info', 'ok']);
  });

  it('knows a failure only where nothing was sent, or the service refused', () => {
    expect(outcomeOf(new TransportError('nothing', 'ECONNREFUSED', 'nobody listens'), 'nothing')).toMatchObject({
      type: 'fail',
      error: { code: 'ECONNREFUSED' },
    });
    expect(outcomeOf(new TransportError('maybe', 'ECONNRESET', 'reset'), 'nothing').type).toBe('info');
    expect(outcomeOf(new TransportError('maybe', 'ABORT_ERR', 'given up'), 'nothing').type).toBe('info');
    expect(outcomeOf(new StatusError(409, 'fail', 'sold out'), 'nothing')).toEqual({
      type: 'fail',
      error: { code: 'http-409', message: 'status 409: sold out' },
    });
    expect(outcomeOf(new StatusError(500, 'info', ''), 'nothing').type).toBe('info');
    expect(outcomeOf(new Refused('sold out'), 'maybe')).toEqual({ type: 'fail', error: { code: 'refused', message: 'sold out' } });
  });

  it('takes everything else for unknown: an assertion, another client, a thrown text', () => {
    for (const error of [new TypeError('fetch failed'), 'text', undefined, Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })])
      expect(outcomeOf(error, 'nothing').type).toBe('info');
  });

  it('never calls it a failure when an earlier request of the operation may have been carried out', () => {
    expect(outcomeOf(new TransportError('nothing', 'ECONNREFUSED', 'nobody listens'), 'maybe').type).toBe('info');
    expect(outcomeOf(new StatusError(404, 'fail', ''), 'maybe').type).toBe('info');
  });
});
