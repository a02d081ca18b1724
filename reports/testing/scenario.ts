/** Small runs for tests of reports: histories written by hand, judged by the real checkers. */
import { availability } from '../../checkers/availability/availability.ts';
import { UNLIMITED } from '../../checkers/budget/budget.ts';
import { counter } from '../../checkers/counter/tagged-counter.ts';
import { coverage } from '../../checkers/coverage/coverage.ts';
import { isolation } from '../../checkers/isolation/checker.ts';
import { linearizable } from '../../checkers/linearizability/checker.ts';
import { set } from '../../checkers/set/set.ts';
import { stats } from '../../checkers/stats/stats.ts';
import { inject, phase, type WrittenEvent, writtenHistory } from '../../checkers/testing/written-history.ts';
import { uniqueIds } from '../../checkers/unique-ids/unique-ids.ts';
import type { Checker, History, OperationSpec, Result, Value } from '../../harness/contracts/index.ts';
import { RESULTS_SCHEMA_VERSION, type RunResults, resultsSchema } from '../../harness/store/index.ts';
import { ms } from '../../harness/time/units.ts';
import type { ReportMaterial } from '../view-model/index.ts';

const REGISTER: readonly OperationSpec[] = [
  { f: 'read', effect: 'none', deadline: ms(2000) },
  { f: 'write', effect: 'idempotent', deadline: ms(2000) },
  { f: 'cas', effect: 'once', deadline: ms(2000) },
];

/** What happens to a node: cut from the two others. */
const CUT: Value = {
  id: 'partition-1/0',
  kind: 'sim.links',
  nodes: ['n1', 'n2', 'n3'],
  params: {
    type: 'cut',
    links: [
      ['n1', 'n2'],
      ['n2', 'n1'],
      ['n1', 'n3'],
      ['n3', 'n1'],
    ],
  },
  evidence: { holds: true, independent: true, measured: 'n1→n2: 0 of 3 messages' },
  verified: { holds: true, independent: true, measured: 'n1→n2: 0 of 3 messages' },
};

/** A stale read on a cut-off node: write 2 acknowledged by n2, then n1 still answers 1. One write never gets its answer. */
export const STALE_READ: readonly WrittenEvent[] = [
  phase('workload'),
  [0, 'invoke', 'write', 1, { key: 'x', node: 'n2', at: 1000, scheduled: 1000 }],
  [0, 'ok', 'write', 1, { key: 'x', node: 'n2', at: 1019 }],
  ...inject('inject', 'partition-1', 'partition', [CUT], { at: 1100 }),
  [1, 'invoke', 'write', 2, { key: 'x', node: 'n2', at: 1180, scheduled: 1179 }],
  [1, 'ok', 'write', 2, { key: 'x', node: 'n2', at: 1210 }],
  [4, 'invoke', 'write', 3, { key: 'x', node: 'n1', at: 1250, scheduled: 1250 }],
  [2, 'invoke', 'read', null, { key: 'x', node: 'n3', at: 1300, scheduled: 1300 }],
  [2, 'ok', 'read', 2, { key: 'x', node: 'n3', at: 1309 }],
  [3, 'invoke', 'read', null, { key: 'x', node: 'n1', at: 1480, scheduled: 1470 }],
  [3, 'ok', 'read', 1, { key: 'x', node: 'n1', at: 1486 }],
  [0, 'invoke', 'cas', [2, 5], { key: 'y', node: 'n2', at: 1500, scheduled: 1500 }],
  [0, 'fail', 'cas', [2, 5], { key: 'y', node: 'n2', at: 1501, error: { code: 'refused', message: 'connection refused before sending' } }],
  ...inject('heal', 'partition-1', 'partition', [CUT], { at: 2000 }),
  [4, 'info', 'write', 3, { key: 'x', node: 'n1', at: 3250, error: { code: 'deadline', message: 'no answer within 2 s' } }],
  phase('heal'),
];

/** Writes and reads that agree, without faults. */
export const AGREEING: readonly WrittenEvent[] = [
  phase('workload'),
  ...Array.from({ length: 20 }, (_, i): WrittenEvent[] => [
    [0, 'invoke', 'write', i, { key: 'x', node: 'n1', at: 100 + 10 * i, scheduled: 100 + 10 * i }],
    [1, 'invoke', 'read', null, { key: 'x', node: 'n2', at: 101 + 10 * i, scheduled: 101 + 10 * i }],
    [0, 'ok', 'write', i, { key: 'x', node: 'n1', at: 104 + 10 * i }],
    [1, 'ok', 'read', i, { key: 'x', node: 'n2', at: 105 + 10 * i }],
  ]).flat(),
  phase('heal'),
];

/** Operations that all failed. */
export const NOTHING_DONE: readonly WrittenEvent[] = [
  [0, 'invoke', 'write', 1, { key: 'x', at: 10 }],
  [0, 'fail', 'write', 1, { key: 'x', at: 11, error: { code: 'refused', message: 'connection refused' } }],
];

/** A lost element, and one that is on some nodes only. */
export const LOST_ELEMENT: readonly WrittenEvent[] = [
  phase('workload'),
  [0, 'invoke', 'add', 1, { node: 'n1', at: 100 }],
  [0, 'ok', 'add', 1, { node: 'n1', at: 104 }],
  [1, 'invoke', 'add', 2, { node: 'n2', at: 110 }],
  [1, 'ok', 'add', 2, { node: 'n2', at: 114 }],
  phase('final-reads'),
  [2, 'invoke', 'read', null, { node: 'n1', at: 300 }],
  [2, 'ok', 'read', [2], { node: 'n1', at: 302 }],
  [3, 'invoke', 'read', null, { node: 'n2', at: 310 }],
  [3, 'ok', 'read', [], { node: 'n2', at: 312 }],
];

/** One increment that is there twice. */
export const DUPLICATE: readonly WrittenEvent[] = [
  phase('workload'),
  [0, 'invoke', 'increment', 'a', { node: 'n1', at: 100 }],
  [0, 'ok', 'increment', 'a', { node: 'n1', at: 104 }],
  [1, 'invoke', 'read', null, { node: 'n2', at: 200 }],
  [1, 'ok', 'read', ['a', 'a'], { node: 'n2', at: 203 }],
];

/** One id twice. */
export const DUPLICATE_ID: readonly WrittenEvent[] = [
  [0, 'invoke', 'generate', null, { node: 'n1', at: 100 }],
  [1, 'invoke', 'generate', null, { node: 'n2', at: 101 }],
  [0, 'ok', 'generate', 7, { node: 'n1', at: 104 }],
  [1, 'ok', 'generate', 7, { node: 'n2', at: 105 }],
];

const judged = <P>(checker: Checker<P>, history: History, options: unknown = {}): Result => checker.check(history, checker.options.parse(options), UNLIMITED);

/** What a run of these events would leave behind, judged by these checkers. */
export function material(
  events: readonly WrittenEvent[],
  checks: readonly ('linearizable' | 'isolation' | 'set' | 'counter' | 'unique-ids' | 'stats' | 'coverage' | 'availability')[],
): ReportMaterial {
  const history = writtenHistory(events, REGISTER);
  const results = checks.map((name): Result => {
    if (name === 'linearizable') return judged(linearizable, history, { model: 'cas-register' });
    if (name === 'isolation') return judged(isolation, history, { consistencyModels: ['strict-serializable'] });
    if (name === 'coverage') return judged(coverage, history, { minOk: 1 });
    if (name === 'set') return judged(set, history);
    if (name === 'counter') return judged(counter, history);
    if (name === 'unique-ids') return judged(uniqueIds, history);
    return name === 'stats' ? judged(stats, history) : judged(availability, history);
  });
  return { results: resultsOf(history, results), history, facts: FACTS, logs: LOGS, folder: 'ordeal-results/sample' };
}

function resultsOf(history: History, checks: readonly Result[]): RunResults {
  const convicted = checks.find((check) => check.valid === false);
  const open = checks.find((check) => check.valid === 'unknown');
  const outcomes = Array.from({ length: history.length }, (_, i) => history.event(i)).filter(({ process }) => typeof process === 'number');
  const count = (type: string): number => outcomes.filter((event) => event.type === type).length;
  const partition = history.fs.includes('inject');
  return resultsSchema.parse({
    schemaVersion: RESULTS_SCHEMA_VERSION,
    ordeal: '0.0.0',
    name: 'sample',
    system: 'raftkv',
    host: 'sim',
    workload: 'register',
    nodes: 3,
    seed: 7,
    valid: convicted ? false : open ? 'unknown' : true,
    exitCode: convicted ? 1 : open ? 2 : 0,
    sentence: convicted?.valid === false ? convicted.anomalies[0].sentence : open?.valid === 'unknown' ? open.reasons[0].message : 'Every check passed.',
    reasons: open?.valid === 'unknown' ? open.reasons : [],
    checks: structuredClone(checks),
    faults: partition ? [FAULT] : [],
    phases: [{ name: 'workload', startNs: 0, endNs: 2_500_000_000 }],
    counts: { invoked: count('invoke'), ok: count('ok'), fail: count('fail'), info: count('info'), late: 0, openFailures: 0 },
    reproduce: { run: 'npx ordeal run raftkv --seed 7', replay: 'npx ordeal replay RUN', check: 'npx ordeal check RUN/history.jsonl' },
  });
}

const FAULT: RunResults['faults'][number] = {
  id: 'partition-1',
  fault: 'partition',
  family: 'partition',
  nodes: ['n1', 'n2', 'n3'],
  kinds: ['sim.links'],
  plannedNs: 1_100_000_000,
  appliedNs: 1_100_000_000,
  undoneNs: 2_000_000_000,
  proven: true,
  healed: true,
  evidence: ['applied: n1→n2: 0 of 3 messages', 'verified: n1→n2: 0 of 3 messages', 'undone: n1→n2: 3 of 3 messages'],
};

const FACTS: ReportMaterial['facts'] = {
  ordeal: '0.0.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  plan: {
    concurrency: 5,
    clients: 'pinned',
    ratePerSecond: 100,
    timeLimitMs: 2500,
    faults: { families: ['partition'] },
    system: { name: 'raftkv', options: { bug: 'stale-leader-read' } },
    workload: { name: 'register', options: {} },
    host: { name: 'sim', options: {} },
  },
  resolved: { system: { heartbeatMs: 50 } },
  provisioned: null,
  machine: { platform: 'linux', kernel: '6.0', arch: 'x64', cores: 2, memoryBytes: 4 * 2 ** 30, node: '24.0.0' },
  capabilities: { 'net.cut': { ok: true, found: 'simulated' } },
};

const LOGS: ReportMaterial['logs'] = [
  { node: 'n1', file: 'program.log', lines: ['0.020 s follower in term 0', '1.351 s proposal dropped: lost the leader', ''], cut: false },
  {
    node: 'n2',
    file: 'node.log',
    lines: ['{"level":"warn","ts":"2026-01-01T00:00:01.210Z","caller":"a.go:1","msg":"slow","took":"27ms"}', 'no time here'],
    cut: true,
  },
];
