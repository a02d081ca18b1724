/**
 * The checker `two-phase-commit`: atomic commitment (Bernstein, Hadzilacos, Goodman, 1987, ch. 7). All participants that
 * decide on a transaction decide the same, and only once; nobody commits what a participant voted against; a client that
 * was told of a commit finds no abort, and one that was refused no commit; at the end nobody who voted yes is left in
 * doubt. What participants vote and decide is written down by an observer: events `vote` {"participant", "vote": "yes" |
 * "no"} and `decision` {"participant", "decision": "commit" | "abort"}, whose key is the transaction. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { collectTransactions, type Participant, type Transaction, type Transactions } from './collect.ts';

const options = z.strictObject({
  termination: z
    .enum(['required', 'not-required'])
    .default('required')
    .describe('Whether every participant that voted yes must have decided when the observer has seen everything.'),
  observer: z.string().default('participants').describe('The observer that writes down votes and decisions (without "observer:").'),
  transaction: z.string().default('transaction').describe('The name of the operation of clients; its key is the transaction.'),
});

export type TwoPhaseCommitOptions = z.infer<typeof options>;

const TYPES = ['disagreement', 'changed-decision', 'commit-after-no', 'acknowledged-but-aborted', 'failed-but-visible', 'in-doubt'] as const;

interface Finding {
  readonly type: (typeof TYPES)[number];
  readonly first: number;
  readonly second: number;
}

/** See the head of the file. */
export const twoPhaseCommit: Checker<TwoPhaseCommitOptions> = {
  name: 'two-phase-commit',
  summary: 'All participants of a transaction decide the same, none commits what one voted against, and none is left in doubt.',
  options,
  check(history: History, opts: TwoPhaseCommitOptions, budget: Budget): Result {
    const collected = collectTransactions(history, opts, budget);
    const ends = collected.complete && opts.termination === 'required';
    const found = collected.transactions.flatMap((transaction) => judge(history, transaction, ends));
    const of = (type: string): Finding[] => found.filter((finding) => finding.type === type);
    const everybody = collected.transactions.map(({ participants }) => [...participants.values()]);
    const count = (what: 'no' | 'commit' | 'abort'): number => everybody.filter((all) => all.some((one) => one[what] >= 0)).length;
    const stats: Value = {
      transactions: collected.transactions.length,
      committed: count('commit'),
      aborted: count('abort'),
      votedAgainst: count('no'),
      ...Object.fromEntries(TYPES.map((type) => [type, of(type).length])),
    };
    const anomalies = TYPES.flatMap((type) => spellOut(of(type), (finding) => tell(history, opts, finding)));
    return conclude('two-phase-commit', stats, anomalies, openQuestions(collected, opts, count('commit')), untried(count('no')));
  },
};

function judge(history: History, { invoked, fate, participants }: Transaction, ends: boolean): Finding[] {
  const all = [...participants.values()];
  const found: Finding[] = [];
  const earliest = (what: 'no' | 'commit' | 'abort'): number =>
    all.reduce((least, one) => (one[what] >= 0 && (least < 0 || one[what] < least) ? one[what] : least), -1);
  const [no, commit, abort] = [earliest('no'), earliest('commit'), earliest('abort')];
  const clash = clashOf(all);
  if (clash !== undefined) found.push(clash);
  for (const { commit: yes, abort: not } of all)
    if (yes >= 0 && not >= 0) found.push({ type: 'changed-decision', first: Math.min(yes, not), second: Math.max(yes, not) });
  if (no >= 0 && commit >= 0) found.push({ type: 'commit-after-no', first: no, second: commit });
  if (invoked >= 0 && fate === 'acknowledged' && abort >= 0)
    found.push({ type: 'acknowledged-but-aborted', first: history.columns.pair[invoked]!, second: abort });
  if (invoked >= 0 && fate === 'refused' && commit >= 0) found.push({ type: 'failed-but-visible', first: history.columns.pair[invoked]!, second: commit });
  const doubtful = ends ? all.find((one) => one.yes >= 0 && one.commit < 0 && one.abort < 0) : undefined;
  if (doubtful !== undefined) found.push({ type: 'in-doubt', first: doubtful.yes, second: doubtful.yes });
  return found;
}

/** The first decision that another participant had decided otherwise. */
function clashOf(all: readonly Participant[]): Finding | undefined {
  const decisions = all
    .flatMap(({ name, commit, abort }) => [{ name, what: 'commit', at: commit } as const, { name, what: 'abort', at: abort } as const])
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  // by decision: the first two participants that decided so
  const seen = { commit: [] as { name: string; at: number }[], abort: [] as { name: string; at: number }[] };
  for (const { name, what, at } of decisions) {
    const other = seen[what === 'commit' ? 'abort' : 'commit'].find((one) => one.name !== name);
    if (other !== undefined) return { type: 'disagreement', first: other.at, second: at };
    if (seen[what].length < 2) seen[what].push({ name, at });
  }
  return undefined;
}

function tell(history: History, { observer, transaction }: TwoPhaseCommitOptions, { type, first, second }: Finding): Anomaly {
  const { key } = history.event(second);
  const said = (index: number): string => {
    const { participant, vote, decision } = history.event(index).value as Readonly<Record<string, Value>>;
    return `${participant} ${vote === undefined ? `decided ${decision}` : `voted ${vote}`} at ${whenAt(history, index)}`;
  };
  const sentences: Readonly<Record<Finding['type'], () => string>> = {
    disagreement: () => `${said(first)}, and ${said(second)}`,
    'changed-decision': () => `${said(first)}, and then ${said(second)}`,
    'commit-after-no': () => `${said(first)}, yet ${said(second)}`,
    'acknowledged-but-aborted': () => `the commit was acknowledged at ${whenAt(history, first)}, but ${said(second)}`,
    'failed-but-visible': () => `it was refused at ${whenAt(history, first)}, yet ${said(second)}`,
    'in-doubt': () => `${said(first)} and never learned the decision`,
  };
  const data = { observer, transaction, first, second };
  const sentence = `transaction ${words(key)}: ${sentences[type]()}`;
  return { type, ops: first === second ? [first] : [first, second], sentence, certificate: { kind: `two-phase-commit/${type}`, data } };
}

function openQuestions({ observed, malformed, complete }: Transactions, { observer, termination }: TwoPhaseCommitOptions, committed: number): Reason[] {
  const reasons: Reason[] = [];
  if (observed === 0) {
    const remedy = 'Write down what participants vote and decide, as events of that observer.';
    reasons.push({ code: 'nothing-observed', message: `observer:${observer} saw no vote and no decision`, remedy });
  } else if (committed === 0) reasons.push({ code: 'nothing-acknowledged', message: 'no participant committed anything' });
  if (malformed.length > 0)
    reasons.push({ code: 'malformed-value', message: `${malformed.length} events are not of the form that is judged (event ${malformed[0]})` });
  if (observed > 0 && !complete && termination === 'required')
    reasons.push({
      code: 'observer-incomplete',
      message: 'the observer had not seen everything: who is in doubt is not known',
      remedy: 'Let the run end by itself.',
    });
  return reasons;
}

function untried(votedAgainst: number): Reason[] {
  return votedAgainst > 0 ? [] : [{ code: 'nobody-refused', message: 'no participant ever voted no: whether one is heard was not tried' }];
}
