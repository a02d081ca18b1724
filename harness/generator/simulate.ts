/**
 * Runs a generator against a model of a system with fixed latencies, in virtual time, without a runner: for tests of
 * generators, and to see what a workload would do.
 */
import type { Event, Generator, Invocation, Ns, Outcome, Process, Scheduled, Thread } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { createRng } from '../random/rng.ts';
import { GeneratorContext, type RunView } from './context.ts';
import { badOperation, complaintAbout } from './guard.ts';
import { type Liftable, lift } from './lift.ts';
import { GeneratorPath } from './path.ts';
import { isSpecial } from './special.ts';

/** How the modelled system answers the invocation number `n` (from 0). */
export type SystemModel = (op: Scheduled<Invocation>, n: number) => { readonly latency: Ns; readonly type: Outcome['type'] };

export interface SimulationOptions {
  /** Client threads; there is a nemesis besides. */
  readonly concurrency?: number;
  readonly seed?: number | string;
  /** Stops after so many events: endless generators need it. */
  readonly maxEvents?: number;
  /** Told of every question put to the generator. */
  readonly onAsk?: (now: Ns) => void;
}

const LATENCY = 10 as Ns;

/** Everything succeeds in no time. */
export function quick(generator: Liftable, options: SimulationOptions = {}): readonly Event[] {
  return simulate(generator, () => ({ latency: 0 as Ns, type: 'ok' }), options);
}

/** Everything succeeds in 10 ns. */
export function perfect(generator: Liftable, options: SimulationOptions = {}): readonly Event[] {
  return simulate(generator, () => ({ latency: LATENCY, type: 'ok' }), options);
}

/** Every operation crashes after 10 ns. */
export function perfectInfo(generator: Liftable, options: SimulationOptions = {}): readonly Event[] {
  return simulate(generator, () => ({ latency: LATENCY, type: 'info' }), options);
}

/** Operations fail, crash and succeed in turn, in 10 ns each. */
export function imperfect(generator: Liftable, options: SimulationOptions = {}): readonly Event[] {
  return simulate(generator, (_, n) => ({ latency: LATENCY, type: n % 3 === 0 ? 'fail' : n % 3 === 1 ? 'info' : 'ok' }), options);
}

/** The invocations among events. */
export function invocations(events: readonly Event[]): readonly Event[] {
  return events.filter(({ type }) => type === 'invoke');
}

/**
 * All events, special operations left out. Throws ORDEAL_BAD_GENERATOR for a malformed operation, and for a generator
 * that is pending while nothing is in flight and no time to wake was given.
 */
export function simulate(generator: Liftable, model: SystemModel, options: SimulationOptions = {}): readonly Event[] {
  const simulation = new Simulation(lift(generator), model, options);
  while (simulation.events.length < (options.maxEvents ?? 100_000) && simulation.step());
  return simulation.events;
}

interface InFlight {
  readonly op: Scheduled<Invocation>;
  readonly thread: Thread;
  readonly completesAt: Ns;
  readonly type: Outcome['type'];
}

class Simulation {
  readonly events: Event[] = [];
  readonly #model: SystemModel;
  readonly #options: SimulationOptions;
  readonly #path: GeneratorPath;
  readonly #view: VirtualView;
  readonly #inFlight: InFlight[] = [];
  #generator: Generator;
  #emitted = 0;

  constructor(generator: Generator, model: SystemModel, options: SimulationOptions) {
    this.#generator = generator;
    this.#model = model;
    this.#options = options;
    this.#path = GeneratorPath.root(createRng(options.seed ?? 0));
    this.#view = new VirtualView(options.concurrency ?? 2);
  }

  /** One operation, one completion, or one wait; false at the end. */
  step(): boolean {
    const completesAt = this.#inFlight[0]?.completesAt ?? Number.POSITIVE_INFINITY;
    if (completesAt <= this.#view.now) {
      this.#complete();
      return true;
    }
    this.#options.onAsk?.(this.#view.now);
    const context = this.#context();
    const step = this.#generator.op(context);
    if (step.kind === 'op' && step.op.time < completesAt) {
      const complaint = complaintAbout(step.op, context);
      if (complaint !== undefined) throw badOperation(step.op, complaint);
      this.#generator = step.next;
      this.#invoke(step.op);
      return true;
    }
    const wakeAt = step.kind === 'pending' ? (step.wakeAt ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    if (wakeAt < completesAt) {
      this.#view.now = Math.max(this.#view.now, wakeAt) as Ns;
      return true;
    }
    if (this.#inFlight.length > 0) {
      this.#complete();
      return true;
    }
    if (step.kind === 'done') return false;
    throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `the generator is pending at ${this.#view.now} ns, with nothing in flight and no time to wake` });
  }

  #invoke(op: Scheduled<Invocation>): void {
    const { now } = this.#view;
    this.#view.now = Math.max(now, op.time) as Ns;
    const thread = this.#view.threadOf(op.process) as Thread;
    const special = isSpecial(op);
    const { latency, type } = special ? { latency: (op.f === 'sleep' ? op.value : 0) as Ns, type: 'info' as const } : this.#model(op, this.#emitted);
    this.#emitted++;
    this.#view.busy.add(thread);
    const inFlight: InFlight = { op, thread, completesAt: (this.#view.now + latency) as Ns, type: op.process === 'nemesis' ? 'info' : type };
    // In order of completion; of equal ones, the earlier invocation first.
    const at = this.#inFlight.findLastIndex(({ completesAt }) => completesAt <= inFlight.completesAt);
    this.#inFlight.splice(at + 1, 0, inFlight);
    this.#record(op, 'invoke');
  }

  #complete(): void {
    const { op, thread, completesAt, type } = this.#inFlight.shift() as InFlight;
    this.#view.now = Math.max(this.#view.now, completesAt) as Ns;
    this.#view.busy.delete(thread);
    this.#record(op, type);
    if (type === 'info' && thread !== 'nemesis' && !isSpecial(op)) this.#view.crash(thread);
  }

  #record(op: Scheduled<Invocation>, type: Event['type']): void {
    const { time, process, ...invocation } = op;
    const scheduled = type === 'invoke' && process !== 'nemesis' ? { scheduled: time } : {};
    const special = isSpecial(op);
    const event: Event = { index: special ? -1 : this.events.length, type, process, time: this.#view.now, ...scheduled, ...invocation };
    if (!special) this.events.push(event);
    this.#generator = this.#generator.update(this.#context(), event);
  }

  #context(): GeneratorContext {
    return new GeneratorContext(this.#view, this.#view.threads, this.#path, this.#emitted);
  }
}

class VirtualView implements RunView {
  now = 0 as Ns;
  readonly busy = new Set<Thread>();
  readonly threads: readonly Thread[];
  readonly #processes: number[];

  constructor(concurrency: number) {
    this.#processes = Array.from({ length: concurrency }, (_, thread) => thread);
    this.threads = [...this.#processes, 'nemesis'];
  }

  isFree(thread: Thread): boolean {
    return !this.busy.has(thread);
  }

  isIdle(thread: Thread): boolean {
    return !this.busy.has(thread);
  }

  processOf(thread: Thread): Process {
    return thread === 'nemesis' ? thread : (this.#processes[thread] as number);
  }

  threadOf(process: Process): Thread | undefined {
    if (typeof process === 'number') return process % this.#processes.length;
    return process === 'nemesis' ? process : undefined;
  }

  crash(thread: number): void {
    this.#processes[thread] = (this.#processes[thread] as number) + this.#processes.length;
  }
}
