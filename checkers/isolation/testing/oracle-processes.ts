/**
 * The oracle of PRAM and causal memory (Ahamad et al. 1995), operation by operation: for each process, tries all orders of all
 * writes and its own reads that keep what must come before what. Lists and registers.
 */
import { ordered as comesBefore, runs, type State, withSomeUnknown } from './oracle.ts';
import type { SmallOp, SmallTransaction } from './small-history.ts';

interface Operation {
  readonly by: SmallTransaction;
  readonly at: number;
  readonly op: SmallOp;
}

/** Whether every process has such an order, and nobody read what failed. */
export function keepsProcesses(all: readonly SmallTransaction[], model: 'PRAM' | 'causal'): boolean {
  return withSomeUnknown(all, (chosen) => {
    const operations = chosen.flatMap((by) => by.ops.map((op, at): Operation => ({ by, at, op }))).filter(({ by, op }) => op[0] !== 'r' || by.outcome === 'ok');
    const processes = new Set(chosen.map(({ process }) => process));
    const ordered = (sources: readonly Source[]): boolean => {
      const before = closure(operations, (a, b) => inProcess(a, b) || sources.some(([from, to]) => from === a && to === b));
      return [...processes].every((process) => {
        const own = operations.filter(({ by, op }) => op[0] !== 'r' || by.process === process);
        return extend(own, new Set(), new Map(), before, new Set());
      });
    };
    return model === 'PRAM' ? ordered([]) : someSources(operations, 0, [], ordered);
  });
}

type Source = readonly [write: Operation, read: Operation];

/** A read of a list comes after all that it shows; of a value that several have written, after one of them. */
function someSources(operations: readonly Operation[], at: number, known: readonly Source[], fits: (sources: readonly Source[]) => boolean): boolean {
  const read = operations[at];
  if (read === undefined) return fits(known);
  const writes = operations.filter((one) => readFrom(one, read)).map((one): Source => [one, read]);
  if (writes.length < 2 || Array.isArray(read.op[2])) return someSources(operations, at + 1, [...known, ...writes], fits);
  return writes.some((one) => someSources(operations, at + 1, [...known, one], fits));
}

function inProcess(a: Operation, b: Operation): boolean {
  return a.by === b.by ? a.at < b.at : comesBefore(a.by, b.by, 'process');
}

function readFrom({ op: [f, key, written] }: Operation, { op: [g, k, result] }: Operation): boolean {
  return f !== 'r' && g === 'r' && key === k && (Array.isArray(result) ? result.includes(written) : result === written);
}

type Before = ReadonlyMap<Operation, ReadonlySet<Operation>>;

/** What comes before each, by any number of steps. */
function closure(operations: readonly Operation[], step: (a: Operation, b: Operation) => boolean): Before {
  const before = new Map(operations.map((b) => [b, new Set(operations.filter((a) => a !== b && step(a, b)))]));
  for (const middle of operations) {
    for (const earlier of before.values()) if (earlier.has(middle)) for (const one of before.get(middle)!) earlier.add(one);
  }
  return before;
}

function extend(operations: readonly Operation[], done: Set<Operation>, state: State, before: Before, tried: Set<string>): boolean {
  if (done.size === operations.length) return true;
  const here = JSON.stringify([operations.map((one) => done.has(one)), [...state].sort()]);
  if (tried.has(here)) return false;
  tried.add(here);
  for (const next of operations) {
    if (done.has(next) || operations.some((other) => !done.has(other) && before.get(next)!.has(other))) continue;
    const after = new Map(state);
    if (!runs({ ...next.by, ops: [next.op] }, after)) continue;
    done.add(next);
    if (extend(operations, done, after, before, tried)) return true;
    done.delete(next);
  }
  return false;
}
