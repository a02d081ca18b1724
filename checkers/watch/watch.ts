/**
 * The checker `watch`: streams of change notifications, as etcd, ZooKeeper or a change feed give them. A stream brings every
 * change from where it began to where it has come, each once, in the order of revisions; in the end it brings all. What
 * changes there are is known from acknowledgements with a revision and from all streams together. O(size of the history), plus
 * putting revisions into order.
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';
import { collectWatched, type Watched } from './collect.ts';
import { judgeWatched, WATCH_ANOMALIES, type WatchFinding } from './judge.ts';

const options = z.strictObject({
  order: z
    .enum(['revision', 'key'])
    .default('revision')
    .describe('Whether a stream brings the changes of all keys in the order of their revisions, or only those of each key.'),
  watch: z
    .string()
    .default('watch')
    .describe(
      'The operation that goes on with the stream of its process (and of its key, else of all keys): {"events": [[revision, key, value], …], "revision": how far it has come}. Asked with {"from": revision} it begins a new one, behind that revision.',
    ),
  caughtUpAfter: z
    .int()
    .min(1)
    .default(3)
    .describe('So many answers in a row without a change, when all writes have ended, say that a stream brings nothing more.'),
  put: z.string().default('put').describe('The operation that writes a value under its key; completes with its revision, or {"revision"}.'),
  delete: z.string().default('delete').describe('The operation that deletes its key; a stream then brings null.'),
});

export type WatchCheckOptions = z.infer<typeof options>;

/** See the head of the file. */
export const watch: Checker<WatchCheckOptions> = {
  name: 'watch',
  summary: 'A stream of notifications brings every change once and in order, from where it began to where it has come, and in the end all.',
  options,
  check(history: History, { order, ...names }: WatchCheckOptions, budget: Budget): Result {
    const watched = collectWatched(history, names, budget);
    const findings = judgeWatched(watched, order);
    const { anomalies, counts } = spellOutByType(findings, WATCH_ANOMALIES, (finding) => tell(history, watched, { order, ...names }, finding));
    const { streams, changes, acknowledged, withoutRevision } = watched;
    const stats: Value = {
      streams: streams.length,
      finalStreams: streams.filter(({ final }) => final).length,
      deliveries: streams.reduce((total, stream) => total + stream.changes.length, 0),
      changes: changes.key.length,
      acknowledged,
      withoutRevision,
      anomalies: counts,
    };
    return conclude('watch', stats, anomalies, openQuestions(watched));
  },
};

function tell(history: History, { changes }: Watched, names: { readonly [key: string]: Value }, finding: WatchFinding): Anomaly {
  const { type, change, at, stream, other } = finding;
  const key = changes.key[change]!;
  const revision = changes.revision[change]!;
  const source = changes.at[change]!;
  const what = `the change of ${words(key)} to ${changes.value[change]} at revision ${revision}`;
  const who = (event: number) => `${whoAt(history, event)} at ${whenAt(history, event)}`;
  const certificate = { kind: `watch/${type}`, data: { ...names, key, revision, value: changes.value[change]!, at, source, other: other ?? null } };
  const ops = [...new Set([at, ...(type === 'gap' || type === 'undelivered' ? [source] : []), ...(other === undefined ? [] : [other])])];
  const sentences: { readonly [type in WatchFinding['type']]: () => string } = {
    gap: () => `the stream of ${who(at)} has gone past ${what}, of which ${who(source)} tells, and never brought it`,
    undelivered: () => `the stream of ${who(at)} never brought ${what}, of which ${who(source)} tells, and brings nothing more`,
    reordered: () => `the stream of ${who(at)} brought ${what} after later revisions`,
    duplicated: () => `the stream of ${who(at)} brought ${what} again`,
    conflicting: () => `${what} is told by ${who(other!)}, but another value by ${who(at)}`,
    unexpected: () => `the stream of ${who(at)} brought ${what}, which nobody had asked for before`,
    'failed-but-visible': () =>
      `the stream of ${who(at)} brought ${what}, which had failed (${who(other!)}): either the system applied a write it refused, or the client's error table is wrong for ${errorCodeAt(history, history.columns.pair[other!]!)}`,
  };
  const began = stream === undefined || stream.from === undefined ? '' : `, which began behind revision ${stream.from}`;
  return { type, ops, certificate, sentence: sentences[type]().replace(/^(the stream of process \d+(?: on \S+)? at \S+ s)/, `$1${began}`) };
}

function openQuestions({ streams, changes, malformed, acknowledged, withoutRevision }: Watched): Reason[] {
  const reasons: Reason[] = [];
  const bringing = streams.filter((stream) => stream.changes.length > 0);
  if (bringing.length === 0) reasons.push({ code: 'nothing-delivered', message: 'no stream brought a change' });
  else if (bringing.length === 1 && acknowledged === withoutRevision) {
    reasons.push({ code: 'nothing-to-compare', message: 'there is one stream only, and no write that was acknowledged with its revision' });
  }
  if (malformed.length > 0) reasons.push({ code: 'malformed-answer', message: `${malformed.length} answers are no list of changes (event ${malformed[0]})` });
  if (changes.key.length > 0 && !streams.some(({ final }) => final)) {
    reasons.push({
      code: 'no-final-watch',
      message: 'no stream was read until it brought nothing more, when all writes had ended: whether the last changes arrive is not known',
      remedy: 'Let every stream read on after the last write, until it has come to the end.',
    });
  }
  return reasons;
}
