/** The verdict: word, sentence, what it means, and what every check looked at. */
import type { RunResults } from '../../harness/store/index.ts';
import { amount, fields, numberOr, strings } from './reading.ts';
import type { CheckView, FindingView, ReasonView, VerdictView, VerdictWord } from './report-view.ts';
import { asSentence, count, counted, listed } from './wording.ts';

interface PlainReason {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** A reason as pages show it. */
export function reasonView({ code, message, remedy }: PlainReason, checker: string | null): ReasonView {
  return { checker, code, message: asSentence(message), remedy: remedy === undefined ? null : asSentence(remedy) };
}

export function verdictWord(results: RunResults): VerdictWord {
  if (results.valid === 'unknown') return results.counts.ok === 0 ? 'not-tested' : 'unknown';
  return results.valid ? 'valid' : 'invalid';
}

export function verdictView(results: RunResults, findings: readonly FindingView[], proven: number, faults: number, duration: number): VerdictView {
  const word = verdictWord(results);
  const { invoked, ok, fail, info } = results.counts;
  return {
    word,
    sentence: sentenceOf(results, findings),
    more: moreOf(word, results, findings),
    outsideClaims: outsideClaims(results),
    reasons: reasonsOf(results, word),
    counts: { invoked, ok, fail, info },
    faultsProven: proven,
    faults,
    duration,
  };
}

/** What heads a conviction that the system never promised to escape (rule 15). */
export function outsideClaims(results: RunResults): readonly string[] {
  return results.valid === false ? (results.outsideClaims ?? []) : [];
}

/** The run's own sentence; of transactions the same in the words of the domain. */
function sentenceOf(results: RunResults, [first]: readonly FindingView[]): string {
  const check = results.checks.find(({ checker }) => checker === 'isolation');
  const same = first !== undefined && first.isolation !== null && check?.anomalies?.[0]?.sentence === results.sentence;
  return same ? first.sentence : asSentence(results.sentence);
}

/** What holds all the same, of transactions. */
function strongestInWords(results: RunResults): string {
  const check = results.checks.find(({ checker }) => checker === 'isolation');
  const models = strings(fields(check?.stats)['mayHold']);
  return models.length === 0 ? '' : ` The strongest ${models.length === 1 ? 'model' : 'models'} that nothing here refutes: ${listed(models)}.`;
}

/** What the run itself says, then what checks say; beside a conviction or an acquittal the gaps have a section of their own. */
function reasonsOf(results: RunResults, word: VerdictWord): ReasonView[] {
  const unsaid = new Set(results.checks.flatMap((check) => (check.reasons ?? []).map((reason) => reason.message)));
  const own = results.reasons.filter((reason) => !unsaid.has(reason.message)).map((reason) => reasonView(reason, null));
  if (word === 'valid' || word === 'invalid') return own;
  return distinct([...own, ...results.checks.flatMap((check) => (check.reasons ?? []).map((reason) => reasonView(reason, check.checker)))]);
}

/** Each once. */
function distinct(reasons: readonly ReasonView[]): ReasonView[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}

function moreOf(word: VerdictWord, results: RunResults, findings: readonly FindingView[]): string {
  const total = results.checks.reduce((sum, check) => sum + (check.anomalies?.length ?? 0), 0);
  if (word === 'invalid') {
    const first = findings[0];
    const context = first?.context == null ? '' : ` It happened ${first.context}${first.effect === null ? '' : `: ${first.effect}`}.`;
    const more = total > 1 ? ` This run has ${count(total)} findings; the first of each kind are drawn below.` : '';
    const confirmed = total === 1 ? 'A verifier independent of the checker confirmed it.' : 'A verifier independent of the checkers confirmed every one.';
    return `${first?.meaning ?? ''}${context}${more} ${confirmed}${strongestInWords(results)}`.trim();
  }
  if (word === 'valid') return `${checkedInWords(results)} ${undecidedInWords(results)}`.trim();
  if (word === 'not-tested') return 'Nothing succeeded, so there was nothing to judge. This is not a verdict on the system.';
  return 'No violation was found, and what was tested does not carry a verdict of valid.';
}

/** What a valid verdict says, and no more. */
function checkedInWords(results: RunResults): string {
  const faults = results.faults.filter((fault) => fault.proven).length;
  const under = faults === 0 ? 'without any proven fault' : `under ${counted(faults, 'proven fault')}`;
  const linearizable = results.checks.find((check) => check.checker === 'linearizable');
  const stats = fields(linearizable?.stats);
  const checked = numberOr(stats['checked']);
  if (checked !== null) {
    const keys = amount(stats['keys']);
    const model = String(stats['model'] ?? 'the model');
    return `${count(checked)} operations${keys > 1 ? ` on ${count(keys)} keys` : ''} can be ordered so that all of them agree with the model ${model} and with real time, ${under}.`;
  }
  const judges = results.checks.filter((check) => !['stats', 'coverage', 'availability'].includes(check.checker)).map((check) => check.checker);
  return `${count(results.counts.ok)} successful operations passed ${judges.length === 0 ? 'every check' : `the check ${listed(judges)}`}, ${under}.`;
}

function undecidedInWords(results: RunResults): string {
  const open = results.checks.flatMap((check) => check.undecided ?? []);
  return open.length === 0 ? '' : `It does not cover everything: ${open.map((reason) => reason.message).join('; ')}.`;
}

/** One row per check. */
export function checkViews(results: RunResults): CheckView[] {
  return results.checks.map((check) => ({
    name: check.checker,
    verdict: check.valid === 'unknown' ? 'unknown' : check.valid ? 'valid' : 'invalid',
    looked: lookedAt(fields(check.stats)),
    mayHold: mayHoldIn(fields(check.stats)),
    anomalies: check.anomalies?.length ?? 0,
    undecided: distinct(
      [...(check.undecided ?? []), ...(check.valid === 'unknown' ? (check.reasons ?? []) : [])].map((reason) => reasonView(reason, check.checker)),
    ),
  }));
}

/** What a run may still be said to hold, whatever it was judged by (rule 27). */
function mayHoldIn({ mayHold }: Readonly<Record<string, unknown>>): string {
  return !Array.isArray(mayHold) ? '' : mayHold.length === 0 ? 'every model is refuted' : `nothing refutes ${mayHold.join(', ')}`;
}

const LOOKED: readonly (readonly [field: string, words: (n: number) => string])[] = [
  ['checked', (n) => `${count(n)} operations checked`],
  ['crashed', (n) => `${count(n)} of unknown outcome`],
  ['keys', (n) => counted(n, 'key')],
  ['undecidedKeys', (n) => (n === 0 ? '' : `${counted(n, 'key')} undecided`)],
  ['configurations', (n) => counted(n, 'configuration')],
  ['attempts', (n) => counted(n, 'attempt')],
  ['acknowledged', (n) => `${count(n)} acknowledged`],
  ['reads', (n) => counted(n, 'read')],
  ['finalReads', (n) => counted(n, 'final read')],
];

function lookedAt(stats: Readonly<Record<string, unknown>>): string {
  const parts = LOOKED.flatMap(([field, words]) => {
    const value = numberOr(stats[field]);
    const said = value === null ? '' : words(value);
    return said === '' ? [] : [said];
  });
  const model = typeof stats['model'] === 'string' ? [`model ${stats['model']}`] : [];
  if (parts.length === 0 && numberOr(stats['operations']) !== null) parts.push(counted(amount(stats['operations']), 'operation'));
  return [...model, ...parts].join(', ');
}
