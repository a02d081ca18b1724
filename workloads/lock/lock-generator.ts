/**
 * What holders of locks do: acquire → read the resource → hold → update it by what they had read → release. Where an
 * operation fails the holder goes on as far as it makes sense; where its outcome is unknown its process ends, and the lock is
 * free again when the lease is over.
 */
import type { Event, GenContext, Generator, Ns, Step, Thread, Value } from '../../harness/contracts/index.ts';
import { GeneratorContext } from '../../harness/generator/context.ts';
import { ms } from '../../harness/time/units.ts';
import { onThread } from '../numbered/numbered-operations.ts';
import type { LockOperation, LockUpdate } from '../operations/lock.ts';

export interface LockMix {
  readonly locks: number;
  readonly write: LockUpdate['write'];
  readonly leaseMs: number;
  readonly holdMs: number;
  readonly stallShare: number;
}

/** Where a process is on its way. */
interface Holder {
  readonly next: LockOperation['f'];
  readonly key: number;
  readonly hold: Ns;
  readonly token: number | null;
  readonly from: number | null;
  /** It does nothing before. */
  readonly notBefore: Ns;
}

const THREAD_DRAW = 0;
const KEY_DRAW = 1;
const STALL_DRAW = 2;
const HOLD_DRAW = 3;
/** Draws of shares decide with this resolution. */
const RESOLUTION = 1 << 20;
/** So long after it was refused a client asks again. */
const BACK_OFF = ms(50);
/** A stalled holder outlives its lease by up to so many leases more. */
const LONGEST_STALL = 2;

const START = 0 as Ns;

/** Endless. All state is the number of operations emitted, which makes values unique, and where each process is. */
export class LockGenerator implements Generator {
  readonly #mix: LockMix;
  readonly #emitted: number;
  readonly #holders: ReadonlyMap<number, Holder>;

  constructor(mix: LockMix, emitted = 0, holders: ReadonlyMap<number, Holder> = new Map()) {
    this.#mix = mix;
    this.#emitted = emitted;
    this.#holders = holders;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const free = own.threads.filter((thread) => own.isFree(thread));
    const ready = free.filter((thread) => this.#notBefore(own, thread) <= own.now);
    const thread = ready[own.draw(THREAD_DRAW, Math.max(1, ready.length))];
    if (thread === undefined) return free.length === 0 ? PENDING : { kind: 'pending', wakeAt: Math.min(...free.map((one) => this.#notBefore(own, one))) as Ns };
    const holder = this.#holders.get(own.processOf(thread) as number);
    const operation = holder === undefined || holder.next === 'acquire' ? this.#acquire(own) : this.#goOn(holder);
    return { kind: 'op', op: onThread(own, thread, operation), next: new LockGenerator(this.#mix, this.#emitted + 1, this.#holders) };
  }

  update(context: GenContext, event: Event): Generator {
    const { process } = event;
    if (typeof process !== 'number') return this;
    const holder = afterwards(this.#holders.get(process), event, context.now);
    if (holder === undefined && !this.#holders.has(process)) return this;
    const holders = new Map(this.#holders);
    if (holder === undefined) holders.delete(process);
    else holders.set(process, holder);
    return new LockGenerator(this.#mix, this.#emitted, holders);
  }

  #notBefore(own: GeneratorContext, thread: Thread): Ns {
    return this.#holders.get(own.processOf(thread) as number)?.notBefore ?? START;
  }

  #acquire(own: GeneratorContext): LockOperation {
    const { locks, leaseMs, holdMs, stallShare } = this.#mix;
    const stalls = own.draw(STALL_DRAW, RESOLUTION) < stallShare * RESOLUTION;
    const hold = stalls ? leaseMs + own.draw(HOLD_DRAW, LONGEST_STALL * leaseMs + 1) : own.draw(HOLD_DRAW, holdMs + 1);
    return { f: 'acquire', key: own.draw(KEY_DRAW, locks), value: { lease: leaseMs, hold } };
  }

  #goOn({ next, key, token, from }: Holder): LockOperation {
    if (next === 'read') return { f: 'read', key, value: null };
    if (next === 'update') return { f: 'update', key, value: { token, from, to: this.#emitted, write: this.#mix.write } };
    return { f: 'release', key, value: token };
  }
}

const PENDING: Step = { kind: 'pending' };

/** Where a process is after an event of its own; undefined: nowhere. `now`: as generators count time, which events do not. */
function afterwards(holder: Holder | undefined, { f, type, key, value, applied }: Event, now: Ns): Holder | undefined {
  if (type === 'info') return undefined;
  if (f === 'acquire' && type === 'invoke') {
    return { next: 'acquire', key: key as number, hold: ms((value as { readonly hold: number }).hold), token: null, from: null, notBefore: START };
  }
  if (holder === undefined || type === 'invoke') return holder;
  const done = type === 'ok' && applied !== false;
  if (f === 'acquire') return done ? { ...holder, next: 'read', token: tokenIn(value) } : { ...holder, notBefore: (now + BACK_OFF) as Ns };
  if (f === 'read') {
    if (!done) return { ...holder, next: 'release' };
    return { ...holder, next: 'update', from: typeof value === 'number' ? value : null, notBefore: (now + holder.hold) as Ns };
  }
  return f === 'update' ? { ...holder, next: 'release' } : undefined;
}

function tokenIn(value: Value): number | null {
  const token = typeof value === 'object' && value !== null ? (value as { readonly token?: Value }).token : value;
  return typeof token === 'number' ? token : null;
}
