/** The view model as a whole: golden texts of small runs, and what must hold of every run. */
import { describe, expect, test } from 'vitest';
import { AGREEING, material, NOTHING_DONE, STALE_READ } from '../testing/scenario.ts';
import { buildReportView } from './build.ts';
import type { ReportView } from './report-view.ts';

/** Empty buckets and heat rows say nothing and would hide the rest; what a search counts is its own affair. */
function readable(view: ReportView): string {
  const ranges = view.timeline.ranges.map((range) => ({
    ...range,
    buckets: range.buckets
      .filter(({ ok, info, fail }) => ok + info + fail > 0)
      .map(({ heat, ...bucket }) => ({ ...bucket, heat: heat.flatMap((number, row) => (number === 0 ? [] : [`${row}:${number}`])).join(' ') })),
  }));
  const findings = view.findings.map((finding) => ({ ...finding, certificate: finding.certificate.kind }));
  return `${JSON.stringify({ ...view, findings, timeline: { ...view.timeline, ranges } }, null, 1).replace(/model cas-register, [^"]*/g, 'model cas-register')}\n`;
}

describe('the view model', () => {
  test('of a stale read on a cut-off node', async () => {
    const view = buildReportView(material(STALE_READ, ['linearizable', 'stats', 'coverage', 'availability']));
    await expect(readable(view)).toMatchFileSnapshot('fixtures/stale-read.golden');
  });

  test('of a valid run without faults', async () => {
    const view = buildReportView(material(AGREEING, ['linearizable', 'stats', 'coverage', 'availability']));
    await expect(readable(view)).toMatchFileSnapshot('fixtures/agreeing.golden');
  });

  test('says "not tested" where nothing succeeded, and meets no condition', () => {
    const view = buildReportView(material(NOTHING_DONE, ['linearizable', 'stats', 'coverage']));
    expect(view.verdict.word).toBe('not-tested');
    expect(view.tested.heading).toBe('Did this test test anything? No.');
    expect(view.tested.conditions.filter(({ met }) => met)).toEqual([]);
    expect(view.verdict.reasons.map(({ checker }) => checker)).toEqual(['linearizable', 'stats', 'coverage']);
  });

  test('never calls a condition met whose check did not come to its end', () => {
    const given = material(AGREEING, ['linearizable', 'stats', 'coverage']);
    const budget = [{ code: 'budget-time', message: 'The check ran out of its time' }];
    const checks = given.results.checks.map((check) =>
      check.checker === 'linearizable' ? check : { checker: check.checker, valid: 'unknown' as const, stats: {}, reasons: budget },
    );
    const { tested } = buildReportView({ ...given, results: { ...given.results, valid: 'unknown', checks } });
    expect(tested.conditions.filter(({ met }) => met).map(({ name }) => name)).toEqual(['every check came to a verdict']);
    expect(tested.heading).toContain('with');
  });

  test('is the same for the same run', () => {
    const once = (): string => JSON.stringify(buildReportView(material(STALE_READ, ['linearizable', 'stats', 'coverage'])));
    expect(once()).toBe(once());
  });

  test('keeps an environment that failed on the first screen of a conviction, and leaves gaps to their section', () => {
    const given = material(STALE_READ, ['linearizable', 'stats']);
    const reasons = [{ code: 'ORDEAL_HEAL_FAILED', message: 'a fault could not be undone', remedy: 'Run `ordeal heal`' }, ...given.results.reasons];
    const { verdict } = buildReportView({ ...given, results: { ...given.results, reasons } });
    expect(verdict.word).toBe('invalid');
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['ORDEAL_HEAL_FAILED']);
  });
});
