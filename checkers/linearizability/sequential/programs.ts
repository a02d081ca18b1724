/** A history as its processes see it: what each did, in order; all keys together, for sequential consistency is not local. */
import { NEVER, type Prepared } from '../problem/prepare.ts';
import { modelSpace } from '../search/model-space.ts';
import type { Transitions } from '../search/search-space.ts';

/** An operation, in terms of its process and its key. */
export interface Step {
  /** Which of the programs it belongs to. */
  readonly program: number;
  /** Index of the invocation. */
  readonly invoke: number;
  /** Index of the completion, NEVER where the outcome is unknown. */
  readonly ret: number;
  readonly key: number;
  readonly cls: number;
}

/** An operation of unknown outcome: it may take effect when its process had done so much, or never. */
export interface Loose extends Step {
  /** How many operations of its program come before it. */
  readonly after: number;
}

export interface Programs {
  /** By process: its operations with a known outcome, in order. */
  readonly programs: readonly (readonly Step[])[];
  readonly loose: readonly Loose[];
  /** By key. */
  readonly transitions: readonly Transitions[];
}

/** The programs of some of the keys (indices into `prepared.keys`), of those operations that take part. O(n log n). */
export function programsOf(prepared: Prepared, keys: readonly number[], takesPart: (invoke: number) => boolean = () => true): Programs {
  const { process } = prepared.history.columns;
  const steps: Omit<Step, 'program'>[] = [];
  for (const [key, k] of keys.entries()) {
    const { count, call, ret, cls } = prepared.keys[k]!;
    for (let op = 0; op < count; op++) if (takesPart(call[op]!)) steps.push({ invoke: call[op]!, ret: ret[op]!, key, cls: cls[op]! });
  }
  steps.sort((a, b) => a.invoke - b.invoke);
  const places = new Map<number, number>();
  const programs: Step[][] = [];
  const loose: Loose[] = [];
  for (const step of steps) {
    const who = process[step.invoke]!;
    let program = places.get(who);
    if (program === undefined) {
      program = programs.push([]) - 1;
      places.set(who, program);
    }
    if (step.ret === NEVER) loose.push({ ...step, program, after: programs[program]!.length });
    else programs[program]!.push({ ...step, program });
  }
  return { programs, loose, transitions: keys.map((k) => modelSpace(prepared.keys[k]!, prepared.classes).transitions) };
}
