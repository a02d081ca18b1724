/** What is told of transactions: the sentence, the steps with their evidence, proofs by cases, what rests on an assumption. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { UNLIMITED } from '../../../../checkers/budget/budget.ts';
import { isolation } from '../../../../checkers/isolation/checker.ts';
import { writtenHistory } from '../../../../checkers/testing/written-history.ts';
import type { Anomaly, Event, History } from '../../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../../harness/history/builder.ts';
import { material } from '../../../testing/scenario.ts';
import { MANY_ANOMALIES, NO_ORDER, PREDICATE_SKEW, READ_SKEW } from '../../../testing/transactions.ts';
import { faultViews } from '../../faults.ts';
import type { FindingView } from '../../index.ts';
import { isolationSummaryView } from '../../isolation-summary.ts';
import type { IsolationView } from '../../isolation-view.ts';
import { findingViews } from '../findings.ts';
import { isolationStory, tellIsolation } from './tell-isolation.ts';

function findings(events: Parameters<typeof material>[0]): FindingView[] {
  const { results, history } = material(events, ['isolation']);
  return findingViews(results, history, faultViews(results, history, 4e9));
}

/** Of a run with more kinds than are drawn: each told by itself. */
function storyOf(events: Parameters<typeof material>[0], type: string) {
  const { results, history } = material(events, ['isolation']);
  const anomaly = results.checks[0]!.anomalies!.find((one) => one.type === type);
  return isolationStory(history, anomaly as Anomaly)!;
}

describe('a cycle', () => {
  test('is told in one sentence, and every step opens to the events that prove it', () => {
    const [finding] = findings(READ_SKEW);
    expect(finding).toMatchObject({
      title: 'Read skew',
      sentence: 'Read skew: T10 saw the 2 that T9 appended to z, and missed the 9 that T8 appended to y, although T8 came before T9.',
      context: 'during partition-1',
      thus: 'T10 before T8 before T9 before T10: no order of these 3 transactions satisfies all of this.',
    });
    const { dependencies, standing, transactions } = finding!.isolation!;
    expect(standing).toBe('proved');
    expect(dependencies.map(({ label, words }) => [label, words])).toEqual([
      ['rw y', 'T10 read [] in y, without the 9 that T8 appended'],
      ['ww x', 'T8 appended 4 to x before T9 appended 5'],
      ['wr z', 'T10 read [2] in z, with the 2 of T9'],
    ]);
    expect(dependencies[1]!.evidence.map(({ event, name, process, node, time, words }) => [event, name, process, node, time / 1e6, words])).toEqual([
      [5, 'T8', 0, 'n1', 1205, 'appended 4 to x'],
      [6, 'T9', 8, 'n3', 1229, 'appended 5 to x'],
      [12, 'T12', 5, 'n1', 1412, 'read x → [1 4 5]: 4 stands before 5'],
    ]);
    expect(transactions.map(({ name, microOps }) => [name, ...microOps.filter(({ lit }) => lit).map(({ words }) => words)])).toEqual([
      ['T8', 'append x 4', 'append y 9'],
      ['T9', 'append x 5', 'append z 2'],
      ['T10', 'read y → []', 'read z → [2]'],
    ]);
  });

  test('over predicates tells what was looked for and not found', () => {
    const [finding] = findings(PREDICATE_SKEW);
    expect(finding).toMatchObject({ title: 'Write skew by a predicate' });
    const { dependencies, transactions } = finding!.isolation!;
    expect(dependencies.map(({ label, words }) => [label, words]).sort()).toEqual([
      ['rw rows = 1', 'T7 looked for rows = 1 and did not find eve, so before T8 inserted eve with 1'],
      ['rw rows mod 2 = 1', 'T8 looked for rows mod 2 = 1 and did not find bob, so before T7 inserted bob with 1'],
    ]);
    expect(dependencies[0]!.evidence.map(({ name }) => name).sort()).toEqual(['T7', 'T8']);
    expect(transactions.map(({ name, microOps }) => [name, ...microOps.map(({ words }) => words)])).toEqual([
      ['T7', 'find rows = 1 → [ann]', 'insert bob 1'],
      ['T8', 'find rows mod 2 = 1 → [ann]', 'insert eve 1'],
    ]);
  });

  test('closed by real time is a stale read, with the time between', () => {
    const story = storyOf(MANY_ANOMALIES, 'G-single-item-realtime');
    expect(story.headline).toBe('Stale read: T14 missed the 1 that T12 appended to d, although T12 was acknowledged 190 ms before T14 began.');
    const [, time] = story.isolation.dependencies;
    expect(time).toMatchObject({ kind: 'realtime', fromOp: null, toOp: null });
    expect(time!.evidence.map(({ event, words }) => [event, words])).toEqual([
      [12, 'was acknowledged'],
      [13, 'was invoked'],
    ]);
  });

  test('of two misses is a write skew', () => {
    expect(storyOf(MANY_ANOMALIES, 'G2-item').headline).toMatch(/^Write skew: T\d+ missed the \d that T\d+ appended to \w, and T\d+ missed/);
  });
});

describe('what needs no cycle', () => {
  test('says what is wrong between which micro-operations', () => {
    const { isolation: view } = storyOf(MANY_ANOMALIES, 'lost-update');
    expect(view).toMatchObject({ cyclic: false, standing: 'proved' });
    expect(view.dependencies.map(({ kind, label }) => [kind, label])).toEqual([['finding', 'both replaced the same version']]);
    expect(view.transactions.map(({ microOps }) => microOps.map(({ lit }) => lit))).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  test('rests on an assumption where it needs the word of the client that something failed', () => {
    const { isolation: view } = storyOf(MANY_ANOMALIES, 'G1a');
    expect(view.standing).toBe('assumption');
    expect(view.basis).toContain('T16 failed (serialization: the server said so)');
    expect(storyOf(MANY_ANOMALIES, 'G1b').isolation.standing).toBe('proved');
  });

  test('within one transaction is told with its evidence', () => {
    const history = writtenHistory([
      [0, 'invoke', 'txn', [['append', 'x', 1]]],
      [0, 'ok', 'txn', [['append', 'x', 1]]],
      [
        1,
        'invoke',
        'txn',
        [
          ['r', 'x', null],
          ['r', 'x', null],
        ],
      ],
      [
        1,
        'ok',
        'txn',
        [
          ['r', 'x', [1]],
          ['r', 'x', []],
        ],
      ],
    ]);
    const view = viewOf(history, 'internal')!;
    expect(view.dependencies.map(({ words }) => words)).toEqual(['T3 read [1] in x, then read [] in x: the last of these is not what those before it leave']);
    expect(view.dependencies[0]!.evidence).toHaveLength(2);
  });
});

describe('a proof by cases', () => {
  test('has a contradiction on either side', () => {
    const [finding] = findings(NO_ORDER);
    expect(finding!.isolation!.choice).toEqual({
      settled: [],
      either: {
        assumption: 'If T3 wrote x before T4',
        steps: ['T14 read x of T3, so before T4 overwrote it', 'T10 read 2 in x, which T4 wrote', 'process 3 did T10 before T14'],
      },
      or: {
        assumption: 'If T4 wrote x before T3',
        steps: ['T13 read x of T4, so before T3 overwrote it', 'T9 read 1 in x, which T3 wrote', 'process 2 did T9 before T13'],
      },
    });
  });

  test('is none where the orders agree', () => {
    const { history } = material(NO_ORDER.slice(0, -8), ['isolation']);
    const anomaly: Anomaly = {
      type: 'no-serial-order',
      ops: [2, 3],
      sentence: 'x',
      certificate: { kind: 'isolation/no-order', data: { type: 'no-serial-order', transactions: [3, 4] } },
    };
    expect(isolationStory(history, anomaly)?.isolation.choice).toBeNull();
  });
});

test('anomalies are counted by class, key and fault window', () => {
  const { results, history } = material(MANY_ANOMALIES, ['isolation']);
  const summary = isolationSummaryView(results.checks, history, faultViews(results, history, 4e9).grouped)!;
  expect(summary.clusters.find(({ type }) => type === 'G2-item')).toMatchObject({
    title: 'Write skew',
    count: 2,
    told: 2,
    keys: [
      { key: 'c', count: 1 },
      { key: 'a', count: 1 },
      { key: 'b', count: 1 },
    ],
    windows: [{ id: 'partition-1', count: 1 }],
    outside: 1,
  });
  expect(summary.mayHold).not.toHaveLength(0);
  expect(summary.refuted).not.toHaveLength(0);
});

test('what a budget left open is told apart from what is not decided', () => {
  const { history } = material(READ_SKEW, ['isolation']);
  const undecided = [
    { code: 'budget-time', message: 'the check ran out of time before it was done' },
    { code: 'not-decided', message: 'nothing found refutes serializable' },
  ];
  const summary = isolationSummaryView([{ checker: 'isolation', stats: { mayHold: [] }, undecided }], history, []);
  expect(summary!.open.map(({ exhausted }) => exhausted)).toEqual([true, false]);
  expect(isolationSummaryView([{ checker: 'set' }], history, [])).toBeNull();
});

test('a damaged certificate leaves the operations', () => {
  const { results, history } = material(READ_SKEW, ['isolation']);
  const [check] = results.checks;
  const damaged = { ...check!.anomalies![0]!, certificate: { kind: 'isolation/cycle', data: { steps: [{ from: 0, to: 99999, kind: 'ww' }] } } };
  expect(isolationStory(history, damaged as Anomaly)).toBeUndefined();
  const [finding] = findingViews({ ...results, checks: [{ ...check!, anomalies: [damaged] }] }, history, faultViews(results, history, 4e9));
  expect(finding!.isolation).toBeNull();
  expect(finding!.ops).toHaveLength(3);
});

const CORPUS = fileURLToPath(new URL('../../../../../shared/corpora/isolation/', import.meta.url));

interface Case {
  readonly name: string;
  readonly workload: string;
  readonly history: readonly Event[];
}

describe.skipIf(!existsSync(CORPUS))('every conviction of the corpus', () => {
  const cases = ['elle-tests.json', 'gap-cases.json'].flatMap((file) => JSON.parse(readFileSync(`${CORPUS}${file}`, 'utf8')) as Case[]);

  test('is told from its certificate, with the events of every step', () => {
    let told = 0;
    for (const one of cases)
      for (const [anomaly, history] of convictions(one)) {
        const view = tellIsolation(history, anomaly)?.isolation;
        expect(view, `${one.name} ${anomaly.certificate.kind}`).toBeDefined();
        expect(view!.dependencies.length + Number(view!.choice !== null), `${one.name} ${anomaly.type}`).toBeGreaterThan(0);
        for (const step of view!.dependencies) {
          expect(step.evidence.length, `${one.name} ${step.words}`).toBeGreaterThan(0);
          for (const { words } of step.evidence) expect(words).toMatch(/\w/);
        }
        const steps = view!.dependencies;
        if (view!.cyclic) expect(steps.map(({ to }) => to)).toEqual([...steps.slice(1), steps[0]!].map(({ from }) => from));
        told++;
      }
    expect(told).toBeGreaterThan(50);
  });
});

function viewOf(history: History, type: string): IsolationView | undefined {
  const result = isolation.check(history, isolation.options.parse({}), UNLIMITED);
  const anomaly = result.valid === false ? result.anomalies.find((one) => one.type === type) : undefined;
  return anomaly && isolationStory(history, anomaly)?.isolation;
}

function convictions({ workload, history: events }: Case): (readonly [Anomaly, History])[] {
  const builder = new HistoryBuilder();
  for (const { process, type, value, f, time } of events) builder.append({ process, type, value, f, time });
  const history = builder.build();
  try {
    const result = isolation.check(history, isolation.options.parse({ workload, consistencyModels: ['strict-serializable', 'linearizable'] }), UNLIMITED);
    return result.valid === false ? result.anomalies.map((anomaly) => [anomaly, history] as const) : [];
  } catch {
    return []; // not a history of this workload
  }
}
