import { describe, expect, it } from 'vitest';
import { decidedBy } from './testing/against-oracle.ts';
import { FAMILIES_BY_MODEL } from './testing/fuzz-objects.ts';
import { fuzzTarget } from './testing/fuzz-target.ts';
import { fuzzTargetNamed } from './testing/fuzz-targets.ts';
import { noShapes } from './testing/shapes.ts';

/** The engine that is made for a model, beside the general search. */
const OWN: Readonly<Record<string, string>> = {
  'fifo-queue': 'fifo-queue',
  'unordered-queue': 'unordered-queue',
  stack: 'stack',
  'priority-queue': 'priority-queue',
  set: 'set-elements',
  'owner-aware-mutex': 'lock-holds',
  'reentrant-mutex': 'lock-holds',
  'fenced-mutex': 'lock-holds',
  semaphore: 'semaphore',
  'leader-election': 'leader-election',
  counter: 'counter',
  kv: 'version-chains',
};

describe.each([...FAMILIES_BY_MODEL.keys()])('%s', (name) => {
  it('is decided as the oracle does by every engine that suits it, and witnesses replay', () => {
    const shapes = noShapes();
    const tally = fuzzTarget(fuzzTargetNamed(`oracle: ${name}`), 'test', 0, 2_000, new Map(), shapes);
    const general = decidedBy(tally, 'windowed-search');
    expect(general.unsuitable).toBe(0);
    expect(general.legal).toBeGreaterThan(500);
    expect(general.illegal / (general.legal + general.illegal)).toBeGreaterThan(0.15);
    expect(shapes.unknown / shapes.histories).toBeGreaterThan(0.4);
    expect(shapes.refused / shapes.histories).toBeGreaterThan(0.05);
    const own = OWN[name];
    if (own === undefined) return;
    expect(decidedBy(tally, own).legal).toBeGreaterThan(100);
    expect(decidedBy(tally, own).illegal).toBeGreaterThan(40);
  });

  it('is judged by the checker as the oracle does, and every certificate holds', () => {
    const tally = fuzzTarget(fuzzTargetNamed(`checker: ${name}`), 'test', 0, 250);
    expect(decidedBy(tally, 'checker').illegal).toBeGreaterThan(10);
  });
});
