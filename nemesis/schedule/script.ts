/** Scripts: inject and heal at given times, as a generator for the nemesis thread. Schedules, scenarios and replays all end here. */
import type { Event, FaultInstance, GenContext, Generator, Invocation, Ns, Scheduled, Step, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/index.ts';

/** One thing that the nemesis does. Times are ns since the start of the workload. */
export type ScriptStep =
  | {
      readonly at: Ns;
      readonly f: 'inject';
      readonly value: FaultInstance;
      /** Left out, with its heal, when it would come later than this. */
      readonly notAfter?: Ns;
    }
  | {
      readonly at: Ns;
      readonly f: 'heal';
      readonly value: FaultInstance;
      /** Put off until the fault has been in force this long (injecting takes time on real hosts). */
      readonly hold?: Ns;
    };

/** A generator that does the steps one after the other, in order of their times; equal times in the order given. */
export function scripted(steps: readonly ScriptStep[]): Generator {
  return new Script(
    steps.toSorted((a, b) => a.at - b.at),
    0,
    new Map(),
    new Set(),
  );
}

class Script implements Generator {
  readonly #steps: readonly ScriptStep[];
  readonly #next: number;
  /** When each fault that is in force was found to be: the end of its inject. */
  readonly #since: ReadonlyMap<string, number>;
  readonly #leftOut: ReadonlySet<string>;

  constructor(steps: readonly ScriptStep[], next: number, since: ReadonlyMap<string, number>, leftOut: ReadonlySet<string>) {
    this.#steps = steps;
    this.#next = next;
    this.#since = since;
    this.#leftOut = leftOut;
  }

  op(context: GenContext): Step {
    let next = this.#next;
    let leftOut = this.#leftOut;
    for (; next < this.#steps.length; next++) {
      const step = this.#steps[next] as ScriptStep;
      if (step.f === 'heal' && leftOut.has(step.value.id)) continue;
      if (step.f === 'heal' || step.notAfter === undefined || context.now <= step.notAfter) break;
      leftOut = new Set([...leftOut, step.value.id]);
    }
    const step = this.#steps[next];
    if (!step) return { kind: 'done' };
    if (!context.threads.includes('nemesis') || !context.isFree('nemesis')) return { kind: 'pending' };
    const heldUntil = step.f === 'heal' ? (this.#since.get(step.value.id) ?? 0) + (step.hold ?? 0) : 0;
    const time = Math.max(context.now, step.at, heldUntil) as Ns;
    const op: Scheduled<Invocation> = { f: step.f, value: asValue(step.value), time, process: context.processOf('nemesis') };
    return { kind: 'op', op, next: new Script(this.#steps, next + 1, this.#since, leftOut) };
  }

  update(context: GenContext, event: Event): Generator {
    if (event.process !== 'nemesis' || event.type === 'invoke') return this;
    const id = idOf(event.value);
    if (id === undefined) return this;
    const since = new Map(this.#since);
    if (event.f === 'inject') since.set(id, context.now);
    else since.delete(id);
    return new Script(this.#steps, this.#next, since, this.#leftOut);
  }
}

/** A fault instance as the value of an operation. */
export function asValue(instance: FaultInstance): Value {
  return { id: instance.id, fault: instance.fault, options: instance.options };
}

/** The fault instance in an operation's value; undefined where it is none. */
export function asInstance(value: Value): FaultInstance | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { id, fault, options } = value as Readonly<Record<string, Value>>;
  if (typeof id !== 'string' || typeof fault !== 'string') return undefined;
  // in one order of keys, so that a replay, which reads it from the history, journals the same bytes
  return { id, fault, options: JSON.parse(canonicalJson(options ?? {})) as Value };
}

function idOf(value: Value): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { id } = value as Readonly<Record<string, Value>>;
  return typeof id === 'string' ? id : undefined;
}
