/** Did the test test anything? What the checks `stats` and `coverage` found, as conditions that are met or are gaps. */
import type { RunResults } from '../../harness/store/index.ts';
import { amount, fields, items } from './reading.ts';
import type { ConditionView, FaultView, ReasonView, TestedView } from './report-view.ts';
import { reasonView } from './verdict.ts';
import { counted, listed } from './wording.ts';

/** From the results alone. */
export function testedView(results: RunResults, faults: readonly FaultView[]): TestedView {
  const stats = statsOf(results, 'stats');
  const coverage = statsOf(results, 'coverage');
  const contention = fields(stats['contention']);
  const families = items(coverage['families']).map((row) => ({
    family: String(fields(row)['family']),
    injected: amount(fields(row)['injected']),
    proven: amount(fields(row)['proven']),
    withWrites: amount(fields(row)['withWrites']),
  }));
  const gaps = gapsOf(results);
  const conditions = conditionsOf(results, families, gaps, faults);
  return {
    ...headingOf(results, conditions, gaps),
    conditions,
    byF: Object.entries(fields(stats['byF'])).map(([f, row]) => ({
      f,
      ok: amount(fields(row)['ok']),
      refused: amount(fields(row)['refused']),
      fail: amount(fields(row)['fail']),
      info: amount(fields(row)['info']),
    })),
    contention:
      stats['contention'] === undefined
        ? null
        : { keys: amount(contention['keys']), contended: amount(contention['contendedKeys']), share: amount(contention['share']) },
    families,
    gaps,
  };
}

function statsOf(results: RunResults, checker: string): Readonly<Record<string, unknown>> {
  return fields(results.checks.find((check) => check.checker === checker)?.stats);
}

function gapsOf(results: RunResults): ReasonView[] {
  return results.checks
    .filter((check) => (check.checker === 'stats' || check.checker === 'coverage') && check.valid === 'unknown')
    .flatMap((check) => (check.reasons ?? []).map((reason) => reasonView(reason, check.checker)));
}

/** What the reasons of `stats` and `coverage` say is missing. Any other reason means that the check did not come to its end. */
const GAP_CODES: Readonly<Record<'stats' | 'coverage', readonly string[]>> = {
  stats: ['no-operations', 'never-succeeded', 'cas-applied-too-rarely', 'contention-too-low'],
  coverage: ['too-few-operations', 'fault-not-injected', 'fault-not-proven', 'fault-missed-writes', 'window-without-operations', 'window-without-write'],
};

function conditionsOf(results: RunResults, families: TestedView['families'], gaps: readonly ReasonView[], faults: readonly FaultView[]): ConditionView[] {
  const ok = results.counts.ok > 0;
  const judges = results.checks.filter((check) => !['stats', 'coverage', 'availability'].includes(check.checker));
  const conditions: ConditionView[] = [];
  /** A condition of a check that ran: met where it came to its end without this gap. */
  const add = (checker: 'stats' | 'coverage', name: string, met: boolean, ...codes: readonly string[]): void => {
    const reasons = gaps.filter((gap) => gap.checker === checker);
    const finished = reasons.every((reason) => GAP_CODES[checker].includes(reason.code));
    if (results.checks.some((check) => check.checker === checker))
      conditions.push({ name, met: ok && met && finished && reasons.every((reason) => !codes.includes(reason.code)) });
  };
  add('coverage', 'enough operations succeeded', true, 'too-few-operations');
  add('stats', 'every kind of operation succeeded', true, 'no-operations', 'never-succeeded', 'cas-applied-too-rarely');
  if (fields(statsOf(results, 'stats')['contention'])['keys'] !== undefined) add('stats', 'keys were contended', true, 'contention-too-low');
  if (judges.length > 0) conditions.push({ name: 'every check came to a verdict', met: judges.every((check) => check.valid !== 'unknown') });
  if (families.length > 0 || faults.length > 0) {
    add(
      'coverage',
      'every fault family was proven to bite',
      families.every((family) => family.proven > 0),
      'fault-not-injected',
      'fault-not-proven',
    );
    add('coverage', 'writes were acknowledged under every fault', true, 'fault-missed-writes', 'window-without-write', 'window-without-operations');
  }
  return conditions.length > 0 ? conditions : [{ name: 'something succeeded', met: ok }];
}

function headingOf(results: RunResults, conditions: readonly ConditionView[], gaps: readonly ReasonView[]): { heading: string; explanation: string } {
  const question = 'Did this test test anything?';
  const missing = conditions.filter((condition) => !condition.met);
  if (results.counts.ok === 0) return { heading: `${question} No.`, explanation: 'Nothing succeeded, so nothing was tested.' };
  const without = results.faults.length === 0 ? ' No fault was injected, so nothing here speaks about faults.' : '';
  if (missing.length === 0 && gaps.length === 0) return { heading: `${question} Yes.`, explanation: `${asList(conditions)}${without}` };
  if (missing.length === conditions.length)
    return { heading: `${question} That was not judged.`, explanation: `No check came to an end that would tell.${without}` };
  const openings = Math.max(missing.length, 1);
  const words = gaps.map((gap) => gap.message).join(' ');
  const meaning = results.valid === false ? 'The violation stands without it.' : results.valid === 'unknown' ? 'So the verdict is unknown, not valid.' : '';
  return {
    heading: `${question} Yes, with ${openings === 1 ? 'one gap' : counted(openings, 'gap')}.`,
    explanation: [words || `Not met: ${listed(missing.map((condition) => condition.name))}.`, meaning].join(' ').trim() + without,
  };
}

function asList(conditions: readonly ConditionView[]): string {
  const text = listed(conditions.map((condition) => condition.name));
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
