/** What findings tell and draw, one case per kind of certificate; a certificate nobody can read must not cost the report. */
import { describe, expect, test } from 'vitest';
import { DUPLICATE, DUPLICATE_ID, LOST_ELEMENT, material, STALE_READ } from '../../testing/scenario.ts';
import { faultViews } from '../faults.ts';
import type { FindingView, ReportMaterial } from '../index.ts';
import { findingViews } from './findings.ts';

const findings = ({ results, history }: ReportMaterial): FindingView[] => findingViews(results, history, faultViews(results, history, 4e9));

const wordsOf = (finding: FindingView, index: number | undefined): string | undefined => finding.ops.find((op) => op.index === index)?.words;

describe('findings', () => {
  test('a stale read: two arrows that form a circle, and what the key could hold', () => {
    const [finding] = findings(material(STALE_READ, ['linearizable']));
    expect(finding).toMatchObject({ title: 'Stale read', key: 'x', context: 'during partition-1', effect: 'n1 cut from n2, n3' });
    const [time, value] = finding!.drawing!.arrows;
    expect([wordsOf(finding!, time!.from), wordsOf(finding!, time!.to), time!.label]).toEqual([
      'write 2',
      'read → 1',
      'began 270 ms after the acknowledgement',
    ]);
    expect([value!.from, value!.to]).toEqual([time!.to, time!.from]);
    expect(value!.label).toBe('returned 1, so before write 2');
    expect(finding!.drawing!.hits).toEqual([time!.to]);
    const legal = finding!.drawing!.legal!;
    expect(legal.observed).toBe('not 1');
    expect(legal.segments.at(-1)!.values).toEqual(['2']);
    expect(finding!.thus).toContain('before write 2');
  });

  test('a lost element: the addition and the final reads that lack it', () => {
    const all = findings(material(LOST_ELEMENT, ['set']));
    const lost = all.find(({ type }) => type === 'lost')!;
    expect(lost.drawing!.ops.map(({ words }) => words)).toEqual(['add 1', 'read → 1 element, without 1', 'read → 0 elements, without 1']);
    expect(lost.drawing!.hits).toHaveLength(2);
    const divergent = all.find(({ type }) => type === 'divergent');
    expect(divergent?.drawing?.hits).toHaveLength(2);
  });

  test('a duplicate: asked for once, there twice', () => {
    const [finding] = findings(material(DUPLICATE, ['counter']));
    expect(finding).toMatchObject({ title: 'Duplicate effect', thus: 'One request, 2 effects.' });
    expect(finding!.drawing!.arrows.map(({ label }) => label)).toEqual(['asked for once, there 2 times']);
  });

  test('a duplicate id: both requests are hits', () => {
    const [finding] = findings(material(DUPLICATE_ID, ['unique-ids']));
    expect(finding!.drawing!.hits).toHaveLength(2);
    expect(finding!.drawing!.ops.map(({ words }) => words)).toEqual(['generate → 7', 'generate → 7']);
  });

  test('a certificate of no known kind, or a damaged one, still shows its operations', () => {
    const given = material(STALE_READ, ['linearizable']);
    for (const certificate of [
      { kind: 'some/other', data: null },
      { kind: 'linearizability/sub-history', data: { ops: 'none' } },
    ]) {
      const checks = given.results.checks.map((check) => ({ ...check, anomalies: check.anomalies!.map((anomaly) => ({ ...anomaly, certificate })) }));
      const [finding] = findings({ ...given, results: { ...given.results, checks } });
      expect(finding!.ops.length).toBeGreaterThan(0);
      expect(finding!.sentence).toContain('began at 1.480 s');
    }
  });

  test('draws the first of a kind and tells the others', () => {
    const given = material(STALE_READ, ['linearizable']);
    const checks = given.results.checks.map((check) => ({ ...check, anomalies: Array.from({ length: 30 }, () => check.anomalies![0]!) }));
    const all = findings({ ...given, results: { ...given.results, checks } });
    expect(all).toHaveLength(3);
    expect(all.at(-1)!.others).toHaveLength(20);
  });
});
