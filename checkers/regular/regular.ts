/**
 * The checker `regular`: registers with several writers, of which a read returns what a write that overlaps it wrote, or one
 * of the last that ended before it (Lamport's regular register, for many writers). Two of the definitions of Shao, Welch,
 * Pierce and Lee (SIAM J. Comput. 2011; Shao, Pierce and Welch, DISC 2003): with `any-order` (their weakest, "MWReg weak")
 * each read alone is linearizable together with all writes; with `one-order` ("write order") all reads have the writes in
 * one and the same order. Reads are ordered among each other by neither: new values may be seen before old ones, which
 * linearizability forbids. So a read convicts of which every write of its value had ended before another began that ended
 * before the read began; and, with one order, two reads that each put another write last. An unknown write may take effect
 * at any time, or never. A compare-and-set is taken for a write of its new value. Complete. O(events × log writes of a register).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';
import { REGULAR_ANOMALIES, type RegularFinding, type RegularReads, scanReads } from './reads.ts';

const options = z.strictObject({
  writes: z
    .enum(['any-order', 'one-order'])
    .default('any-order')
    .describe('one-order: all reads must agree on one order of the writes. Then each value must be written once.'),
  init: z.json().optional().describe('What registers hold at first. Without it null, and values from nowhere are not judged.'),
  write: z.string().default('write').describe('The name of the operation that writes a register (a key).'),
  read: z.string().default('read').describe('The name of the operation that reads it.'),
  cas: z.string().default('cas').describe('The name of the compare-and-set, [old, new]: taken for a write of the new value.'),
});

export type RegularOptions = z.infer<typeof options>;

/** See the head of the file. */
export const regular: Checker<RegularOptions> = {
  name: 'regular',
  summary: 'A read of a register returns what a write that overlaps it wrote, or one of the last that ended before it.',
  options,
  check(history: History, law: RegularOptions, budget: Budget): Result {
    const scan = scanReads(history, { ...law, init: law.init as Value | undefined }, budget);
    const { anomalies, counts } = spellOutByType(scan.found, REGULAR_ANOMALIES, (finding) => tell(history, law, finding));
    const { reads, acknowledged, refused, unknown, compared } = scan;
    const stats: Value = { writes: law.writes, reads, acknowledged, refused, unknown, compared, anomalies: counts };
    // what an operation writes that is not known might have been read
    return conclude('regular', stats, scan.foreign > 0 ? [] : anomalies, openQuestions(scan, law), blindness(scan, law));
  },
};

function tell(history: History, law: RegularOptions, { type, before, at }: RegularFinding): Anomaly {
  const { pair } = history.columns;
  const { key, value } = history.event(at);
  const read = `${whoAt(history, at)} read ${words(value)}${key === undefined ? '' : ` from ${words(key)}`} at ${whenAt(history, at)}`;
  const asked = before < 0 ? null : history.event(pair[before] ?? before).value;
  const stories: Readonly<Record<RegularFinding['type'], () => string>> = {
    'stale-read': () =>
      `${read}, but ${whoAt(history, before)} had written ${words(asked)} from ${whenAt(history, pair[before]!)} to ${whenAt(history, before)}, after that and before the read`,
    'failed-but-visible': () =>
      `${read}, whose write had failed: either the system applied a write it refused, or the client's error table is wrong for ${errorCodeAt(history, pair[before] ?? before)}`,
    'unexpected-value': () => `${read}, which nobody had begun to write`,
    'two-orders': () =>
      `${read}, and ${whoAt(history, before)} read ${words(history.event(before).value)} at ${whenAt(history, before)}, each of them begun when what the other saw had been written: each puts its own write behind the other`,
  };
  const data = { law: { ...law, init: law.init ?? null } as Value, before, at };
  const ops = before < 0 ? [pair[at]!, at] : type === 'failed-but-visible' ? [before, pair[at]!, at] : [pair[before]!, before, pair[at]!, at];
  return { type, ops, sentence: stories[type](), certificate: { kind: `regular/${type}`, data } };
}

function openQuestions(scan: RegularReads, { write, read, cas }: RegularOptions): Reason[] {
  const { acknowledged, reads, compared, strange, ambiguous, foreign } = scan;
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${write}" was acknowledged, so nothing could be old` });
  if (reads === 0) reasons.push({ code: 'nothing-read', message: `no "${read}" succeeded` });
  else if (acknowledged > 0 && compared === 0)
    reasons.push({ code: 'nothing-compared', message: 'no read began after a write of its register had been acknowledged', remedy: 'Read what was written.' });
  if (strange.length > 0) {
    const message = `${strange.length} reads returned what nobody had begun to write (event ${strange[0]}), and what registers held at first is not known`;
    reasons.push({ code: 'values-from-nowhere', message, remedy: 'Say what they held, as in --init 0.' });
  }
  if (ambiguous.length > 0) {
    const message = `${ambiguous.length} reads returned what was written more than once (event ${ambiguous[0]}): which write they saw is not known`;
    reasons.push({ code: 'ambiguous-value', message, remedy: 'Write a value of its own each time, or ask for any order of writes.' });
  }
  if (foreign > 0) {
    const message = `${foreign} operations are none of "${write}", "${read}" and "${cas}", or do not say what they write`;
    reasons.push({ code: 'foreign-operations', message });
  }
  return reasons;
}

function blindness({ compareAndSets }: RegularReads, { cas }: RegularOptions): Reason[] {
  if (compareAndSets === 0) return [];
  const message = `whether each of ${compareAndSets} "${cas}" found what it compared with was not judged: regularity says nothing of them`;
  return [{ code: 'compare-not-judged', message, remedy: 'The checker "linearizable" judges them.' }];
}
