import { describe, expect, it } from 'vitest';
import { sinkRequestOf } from './ledger-server.ts';

const reading = { intent: 'intent', key: 'idempotency-key', answer: {}, effects: '/' };
const json = { 'content-type': 'application/json' };

describe('a request to the ledger', () => {
  it('names its intent in a field or a header, and its key in a header or a field', () => {
    expect(sinkRequestOf('{"intent":7,"amount":3}', { ...json, 'idempotency-key': 'k' }, reading)).toEqual({
      intent: 7,
      key: 'k',
      payload: { intent: 7, amount: 3 },
    });
    expect(sinkRequestOf('{"idempotency-key":"k"}', { ...json, intent: '8' }, reading)).toMatchObject({ intent: 8, key: 'k' });
  });

  it('may be a form, with nested fields, as some payment providers take it', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    expect(sinkRequestOf('amount=3&metadata%5Border%5D=12', form, { ...reading, intent: 'metadata.order' })).toEqual({
      intent: 12,
      payload: { amount: '3', 'metadata[order]': '12' },
    });
    expect(sinkRequestOf('{"metadata":{"order":12}}', json, { ...reading, intent: 'metadata.order' })).toMatchObject({ intent: 12 });
  });

  it('has no intent where there is none that a client can have stated', () => {
    for (const text of ['{}', '{"intent":"abc"}', '{"intent":-1}', '{"intent":1.5}', '{"intent":null}', '{"intent":""}', 'plain text', '[1]', ''])
      expect(sinkRequestOf(text, json, reading), text).not.toHaveProperty('intent');
  });
});
