/** What the nemesis did, in words. */
import { describe, expect, test } from 'vitest';
import { inject, writtenHistory } from '../../checkers/testing/written-history.ts';
import type { Value } from '../../harness/contracts/index.ts';
import { changeInWords, faultEffects } from './fault-effects.ts';

const both = (...pairs: readonly (readonly [string, string])[]): [string, string][] =>
  pairs.flatMap(
    ([a, b]) =>
      [
        [a, b],
        [b, a],
      ] as [string, string][],
  );

describe('what was done', () => {
  test.each<[Value, string]>([
    [{ nodes: ['n1', 'n2'], params: { type: 'kill', nodes: ['n1', 'n2'] } }, 'n1 and n2 killed'],
    [{ nodes: ['n2'], params: { type: 'pause', nodes: ['n2'] } }, 'n2 paused'],
    [{ nodes: ['n2'], params: { type: 'pause', nodes: ['n2'], by: 'freezer' } }, 'n2 frozen'],
    [{ nodes: ['n2'], params: { type: 'memory', nodes: ['n2'], bytes: 64 * 2 ** 20 } }, 'n2 with 64 MiB of memory'],
    [{ nodes: ['n2'], params: { type: 'power-loss', nodes: ['n2'] } }, 'n2 lost power'],
    [{ nodes: ['n3'], params: { type: 'jump', nodes: ['n3'], offset: -400_000_000 } }, 'clock of n3 moved by -400 ms'],
    [{ nodes: ['n3'], params: { type: 'strobe', nodes: ['n3'], amplitude: -400_000_000, half: 1 } }, 'clock of n3 swings by -400 ms'],
    [{ nodes: ['n3'], params: { type: 'freeze', nodes: ['n3'] } }, 'clock of n3 stands still'],
    [{ nodes: ['n1', 'n3'], params: { type: 'shape', links: [['n1', 'n3']], shape: { loss: 0.2, burst: 3 } } }, 'links of n1 and n3: loss, burst'],
    [{ nodes: ['n3'], params: { type: 'drift', nodes: ['n3'], ppm: 500 } }, 'clock of n3 drifts by +500 ppm'],
    [{ nodes: [], params: { type: 'cut', links: both(['n1', 'n2'], ['n1', 'n3']) } }, 'n1 cut from n2, n3'],
    [{ nodes: [], params: { type: 'cut', links: [['n1', 'n2']] } }, 'n1 → n2 cut'],
    [{ nodes: [], params: { type: 'cut', links: [['n1', 'clients']] } }, 'n1 → clients cut'],
    [{ nodes: ['n2'], params: { type: 'full', nodes: ['n2'] } }, 'disk of n2 full'],
    [{ nodes: ['n2', 'n3'], params: { type: 'error', nodes: ['n2', 'n3'] } }, 'disk of n2 and n3 fails'],
    [{ nodes: ['n9'], params: null }, 'n9 disturbed'],
  ])('%j', (change, words) => expect(changeInWords(change)).toBe(words));

  test('sides are told apart by what is left connected, and the smaller side is marked as cut', () => {
    const links = both(['n1', 'n3'], ['n1', 'n4'], ['n1', 'n5'], ['n2', 'n3'], ['n2', 'n4'], ['n2', 'n5']);
    const change = { id: 'c', kind: 'sim.links', nodes: ['n1', 'n2', 'n3', 'n4', 'n5'], params: { type: 'cut', links } };
    const events = ['n1', 'n2', 'n3', 'n4', 'n5'].map((node, i) => [i, 'invoke', 'read', null, { node, at: 1 }] as const);
    const history = writtenHistory([...events, ...inject('inject', 'partition-1', 'partition', [change as Value], { at: 5 })]);
    const effect = faultEffects(history).get('partition-1')!;
    expect(effect.words).toBe('n1, n2 cut from n3, n4, n5');
    expect([...effect.states]).toEqual([
      ['n1', 'cut'],
      ['n2', 'cut'],
    ]);
  });
});
