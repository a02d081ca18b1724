/** A cycle as an anomaly: what it is called among people, each step with its evidence, and the certificate. */
import type { Anomaly, Value } from '../../../harness/contracts/index.ts';
import { PROCESS, REALTIME, RW, RWP } from '../graph/dependency-graph.ts';
import type { Step } from '../graph/path-search.ts';
import type { TransactionRows } from '../transactions/columns.ts';
import type { Evidence, EvidenceSource } from './evidence.ts';
import type { TransactionNames } from './names.ts';

/** A cycle by whatever name. */
export interface NamedCycle {
  readonly type: string;
  readonly steps: readonly Step[];
}

export const CYCLE = 'isolation/cycle';

/** The anomaly of a cycle. */
export function describeCycle(cycle: NamedCycle, transactions: TransactionRows, source: EvidenceSource, names: TransactionNames): Anomaly {
  const evidence = cycle.steps.map((step) => evidenceOf(step, transactions, source, names));
  return {
    type: cycle.type,
    ops: [...new Set(cycle.steps.map(({ from }) => names.event(from)))],
    sentence: `${commonName(cycle)}: ${listed(evidence.map(({ sentence }) => sentence))}, so each comes before the other`,
    certificate: {
      kind: source.certificate,
      data: {
        type: cycle.type,
        steps: cycle.steps.map((step, i) => ({ from: names.event(step.from), to: names.event(step.to), ...withoutUndefined(evidence[i]!) })),
      },
    },
  };
}

function evidenceOf(step: Step, { process, completion, invocation }: TransactionRows, source: EvidenceSource, names: TransactionNames): Evidence {
  const { from, to, kind } = step;
  if (kind === PROCESS) {
    return { kind: 'process', sentence: `process ${process[to]} did ${names.transaction(from)} before ${names.transaction(to)}` };
  }
  if (kind === REALTIME) {
    return {
      kind: 'realtime',
      sentence: `${names.transaction(from)} was acknowledged at event ${completion[from]}, before ${names.transaction(to)} was invoked at event ${invocation[to]}`,
    };
  }
  return source.of(from, to, kind);
}

/** The phenomenon's everyday name. */
function commonName({ type, steps }: NamedCycle): string {
  const [base] = type.split(/-(?=process$|realtime$)/) as [string];
  const order = type.endsWith('-realtime') ? ' in real time' : type.endsWith('-process') ? ' within a session' : '';
  if (/^G-single/.test(base) && order !== '' && steps.length === 2) return order === ' in real time' ? 'stale read' : 'stale read within a session';
  const names: Readonly<Record<string, string>> = {
    G0: 'writes in opposite orders',
    G1c: 'circular information flow',
    'G-single-item': 'read skew',
    'G-nonadjacent-item': 'long fork',
    'fractured-read': 'fractured read',
    'fractured-view': 'fractured view',
    'causal-miss': 'effect without its cause',
    'long-fork': 'no common prefix',
    'unseen-update': 'two updates of which neither saw the other',
    'G-update': 'updates that have no order for one reader',
    'G-single': 'read skew by a predicate',
    'G-nonadjacent': 'long fork by predicates',
    G2: steps.every(({ kind }) => kind === RW || kind === RWP) ? 'write skew by a predicate' : 'cycle of anti-dependencies of predicates',
    'G2-item': steps.every(({ kind }) => kind === RW) ? 'write skew' : 'cycle of anti-dependencies',
  };
  return `${names[base]!}${order}`;
}

function listed(clauses: readonly string[]): string {
  return `${clauses.slice(0, -1).join('; ')}; and ${clauses.at(-1)!}`;
}

function withoutUndefined({ sentence: _, ...rest }: Evidence): { [name: string]: Value } {
  return rest as { [name: string]: Value };
}
