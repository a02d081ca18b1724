/**
 * The checker `state-machine`: entities (keys) whose states follow a graph of allowed transitions: orders, jobs, sagas.
 * What is seen of an entity can have come of everything that had been seen of it when the operation began: of reads, and
 * of acknowledged transitions, which are the state at some moment between their call and their return (the monotonic
 * state machine of event-sourced systems; for graphs without a cycle, the history of states only grows; Conway et al.,
 * "Logic and lattices", SoCC 2012). A transition that names where it leaves from is a compare-and-set: a state that does
 * not come back is left once. What an accused observation contradicts is forgotten: from there on what is seen is held
 * against it, so that one wrong observation accuses at most once those that come after it. O(events × states).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';
import { type Observations, observeStates, STATE_MACHINE_ANOMALIES, type StateFinding } from './observations.ts';

const options = z.strictObject({
  transitions: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .describe('By state, the states that may follow it at once: {"new": ["paid", "cancelled"], "paid": ["sent"]}. A state that nothing follows is an end.'),
  initial: z.array(z.string()).optional().describe('The states in which an entity may begin. By default those that no transition leads to.'),
  spontaneous: z.array(z.string()).default([]).describe('States that the system enters by itself, without a transition that a client asked for.'),
  reads: z
    .enum(['linearizable', 'sessions'])
    .default('linearizable')
    .describe(
      'What the system promises of reads: with linearizable, nobody sees a state from before one that was seen; with sessions, no client does by itself.',
    ),
  transition: z
    .string()
    .default('transition')
    .describe('The name of the operation that moves an entity (a key): its value is the new state, or {"from", "to"}.'),
  read: z.string().default('read').describe('The name of the operation that reads the state; null is an entity that is not there yet.'),
});

export type StateMachineOptions = z.infer<typeof options>;

/** See the head of the file. */
export const stateMachine: Checker<StateMachineOptions> = {
  name: 'state-machine',
  summary: 'States of entities change by allowed transitions only; acknowledged transitions are not lost, refused ones not seen.',
  options,
  check(history: History, law: StateMachineOptions, budget: Budget): Result {
    const seen = observeStates(history, law, budget);
    const none = Object.keys(law.transitions).length === 0;
    const { anomalies, counts } = spellOutByType(none ? [] : seen.found, STATE_MACHINE_ANOMALIES, (finding) => tell(history, law, finding));
    const { entities, reads, acknowledged, refused, unknown, compared, moved } = seen;
    const stats: Value = { entities, reads, acknowledged, refused, unknown, compared, moved, anomalies: counts };
    return conclude('state-machine', stats, anomalies, none ? [NO_GRAPH] : openQuestions(seen, law));
  },
};

const NO_GRAPH: Reason = {
  code: 'no-graph',
  message: 'no transitions were stated, so nothing is forbidden',
  remedy: 'State them, as in --with \'transitions={"new": ["done"]}\'.',
};

function openQuestions({ reads, acknowledged, compared, moved, unclear }: Observations, { transition, read }: StateMachineOptions): Reason[] {
  const reasons: Reason[] = [];
  if (reads + acknowledged === 0) reasons.push({ code: 'nothing-seen', message: `no "${read}" succeeded, and no "${transition}" was acknowledged` });
  else if (compared === 0) reasons.push({ code: 'nothing-compared', message: 'no entity was seen twice', remedy: 'Let clients come back to the same keys.' });
  else if (moved === 0) reasons.push({ code: 'never-moved', message: 'no entity was seen in more than one state, so no transition was tried' });
  if (unclear.length > 0) reasons.push({ code: 'ambiguous-state', message: `${unclear.length} operations name no state (event ${unclear[0]})` });
  return reasons;
}

function tell(history: History, law: StateMachineOptions, { type, before, at }: StateFinding): Anomaly {
  const { key } = history.event(at);
  const entity = key === undefined ? 'the entity' : words(key);
  const now = `${didAt(history, law, at)} ${entity} at ${whenAt(history, at)}`;
  const earlier = before < 0 ? '' : `${didAt(history, law, before)} it at ${whenAt(history, before)}`;
  const asked = before < 0 ? null : history.event(before).value;
  const stories: Readonly<Record<StateFinding['type'], () => string>> = {
    'illegal-transition': () => (before < 0 ? `${now}, which is no allowed transition` : `${now}, which cannot come of what was there: ${earlier}`),
    'changed-after-end': () => `${now}, but it had ended: ${earlier}`,
    'lost-transition': () => `${now}, and so an acknowledged transition is lost: ${earlier}`,
    'left-twice': () => `${now}, a state that had been left already and does not come back: ${earlier}`,
    'unknown-state': () => `${now}, a state that the machine does not have`,
    'failed-but-visible': () =>
      `${now}, but the only transitions to it had failed (${words(asked)}, asked at ${whenAt(history, before)}): either the system applied one, or the client's error table is wrong`,
  };
  const data = { law: law as unknown as Value, before, at };
  return { type, ops: before < 0 ? [at] : [before, at], sentence: stories[type](), certificate: { kind: `state-machine/${type}`, data } };
}

/** `process 3 on n1 read "paid" from`, `process 4 on n1 moved to "sent"`. */
function didAt(history: History, { read }: StateMachineOptions, at: number): string {
  const { f, value } = history.event(at);
  if (f === read) return `${whoAt(history, at)} read ${words(value)} from`;
  return `${whoAt(history, at)} was acknowledged ${words(history.event(history.columns.pair[at] ?? at).value)} for`;
}
