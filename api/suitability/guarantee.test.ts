import { describe, expect, it } from 'vitest';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import { loadFaults } from '../../nemesis/registry/faults.ts';
import { refuseImpossible } from './guarantee.ts';

const faults = [...(await loadFaults(['kill', 'power', 'restart', 'pause', 'partition', 'response-loss'])).values()];
const named = (...names: readonly string[]) => faults.filter(({ name }) => names.includes(name));
const refusal = (sink: 'plain' | 'keyed' | undefined, guarantee: string, names: readonly string[]) => () =>
  refuseImpossible({ name: 'shop', ...(sink && { sink }) }, [checkerRef('side-effects', { guarantee }), checkerRef('stats')], named(...names));

describe('exactly once, a plain sink and crashes', () => {
  it.each(['kill', 'power', 'restart'])('cannot be had together: %s', (crash) => {
    expect(refusal('plain', 'exactly-once', ['pause', crash])).toThrow(
      expect.objectContaining({ code: 'ORDEAL_IMPOSSIBLE_GUARANTEE', exitCode: 64, remedy: expect.stringContaining("sink: 'keyed'") }),
    );
  });

  it('are let through with one of them left out', () => {
    refusal('keyed', 'exactly-once', ['kill'])();
    refusal(undefined, 'exactly-once', ['kill'])();
    refusal('plain', 'at-most-once', ['kill'])();
    refusal('plain', 'at-least-once', ['kill'])();
    refusal('plain', 'exactly-once', ['pause', 'partition', 'response-loss'])();
  });
});
