import { describe, expect, it } from 'vitest';
import type { NodeId, Ns } from '../contracts/index.ts';
import { encodeHeader, type HistoryHeaderFields, parseHeader } from './header.ts';

const FIELDS: HistoryHeaderFields = {
  startedAt: '2026-01-01T00:00:00Z',
  nodes: ['n1' as NodeId],
  operations: [{ deadline: 1000 as Ns, effect: 'none', f: 'read' }],
  seed: 7,
  runId: 'r1',
  name: 'register',
};

describe('the header', () => {
  it('has one text, whatever the order of the fields', () => {
    const text =
      '{"ordeal":"history","schemaVersion":1,"name":"register","runId":"r1","seed":7,"operations":[{"f":"read","effect":"none","deadline":1000}],"nodes":["n1"],"startedAt":"2026-01-01T00:00:00Z"}';
    expect(encodeHeader(FIELDS)).toBe(text);
    expect(encodeHeader(Object.fromEntries(Object.entries(FIELDS).reverse()) as unknown as HistoryHeaderFields)).toBe(text);
  });

  it('comes back as it was', () => {
    expect(parseHeader(JSON.parse(encodeHeader(FIELDS)), 'f:1')).toEqual({ ordeal: 'history', schemaVersion: 1, ...FIELDS });
    const { runId: _, startedAt: __, ...least } = FIELDS;
    expect(parseHeader(JSON.parse(encodeHeader(least)), 'f:1')).toEqual({ ordeal: 'history', schemaVersion: 1, ...least });
  });

  it('is refused when it is of another kind, of a newer schema, or lacks something', () => {
    const good = JSON.parse(encodeHeader(FIELDS)) as object;
    const codeOf = (json: unknown): unknown => {
      try {
        return parseHeader(json, 'f:1');
      } catch (error) {
        return [(error as { code: string }).code, (error as Error).message];
      }
    };
    expect(codeOf({ ordeal: 'journal' })).toEqual(['ORDEAL_UNKNOWN_FORMAT', 'f:1: this is an ordeal journal file, not a history']);
    expect(codeOf({ ...good, schemaVersion: 2 })).toEqual(['ORDEAL_UNKNOWN_FORMAT', 'f:1: the history has schemaVersion 2; this ordeal reads 1']);
    expect(codeOf({ ...good, operations: [{ f: 'read', effect: 'maybe', deadline: 1 }] })).toEqual([
      'ORDEAL_BAD_HISTORY',
      expect.stringContaining('operations[0].effect'),
    ]);
    expect(codeOf({ ...good, seed: undefined })).toEqual(['ORDEAL_BAD_HISTORY', expect.stringContaining('seed')]);
    expect(codeOf(null)).toEqual(['ORDEAL_UNKNOWN_FORMAT', expect.anything()]);
  });
});
