/**
 * The runner: asks the generator, dispatches to clients and nemesis, records. One loop without a promise race, a timer
 * or an AbortController per operation.
 *
 * Exactly one completion per invocation. At an operation's deadline `info` is recorded and the thread goes on as a new
 * process with a new client; what the old one answers later is counted, never recorded.
 */
import type { Event, Generator, Invocation, Ns, Outcome, Scheduled, Thread, Value } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { GeneratorContext } from '../generator/context.ts';
import { badOperation, complaintAbout, generatorError } from '../generator/guard.ts';
import { GeneratorPath } from '../generator/path.ts';
import { isSpecial } from '../generator/special.ts';
import { DeadlinePassed } from '../lifecycle/deadline.ts';
import { ms, NS_PER_MS, seconds } from '../time/units.ts';
import { type CallOwner, OperationCall } from './call.ts';
import { type Connection, Connections, nodeAsked } from './connections.ts';
import { Deadlines } from './deadlines.ts';
import { Lateness } from './lateness.ts';
import { NemesisThread } from './nemesis-thread.ts';
import type { RunWorkloadOptions } from './options.ts';
import { outcomeOfError, RUNNER_CODES, soundOutcome } from './outcome.ts';
import { Progress } from './progress.ts';
import { Recorder } from './recorder.ts';
import { Sleepers } from './sleepers.ts';
import type { RunnerStats } from './stats.ts';
import { type ClientThread, Threads } from './threads.ts';
import { Waker } from './waker.ts';

/** Dispatches between two turns of I/O. */
const BATCH = 64;

type ClientCall = OperationCall<ClientThread>;

export class WorkloadRun implements CallOwner<ClientThread> {
  readonly #options: RunWorkloadOptions;
  readonly #deadlineOf: ReadonlyMap<string, Ns>;
  readonly #threads: Threads;
  readonly #path: GeneratorPath;
  readonly #recorder: Recorder;
  readonly #deadlines: Deadlines;
  readonly #connections: Connections;
  readonly #waker: Waker;
  readonly #sleepers: Sleepers;
  readonly #nemesis: NemesisThread;
  readonly #progress: Progress;
  readonly #lateness = new Lateness();
  readonly #inFlight = new Set<ClientCall>();
  /** Clients that are being closed; none of these promises rejects. */
  readonly #closing = new Set<Promise<void>>();
  readonly #noMoreClients = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #onAbort = (): void => this.#stop();
  #generator: Generator;
  #emitted = 0;
  #sinceIo = 0;
  /** When what is dispatched next became possible. */
  #readyAt = 0 as Ns;
  #startedAt = 0 as Ns;
  #pumping = false;
  #stopped = false;
  /** The history cannot be written. */
  #broken = false;
  /** Nothing more is recorded. */
  #over = false;
  #error: unknown;

  constructor(options: RunWorkloadOptions) {
    const { clock, rng, concurrency } = options;
    this.#options = options;
    this.#generator = options.generator;
    this.#deadlineOf = new Map(options.operations.map(({ f, deadline }) => [f, deadline]));
    this.#threads = new Threads(concurrency);
    this.#path = GeneratorPath.root(rng.fork('generator'));
    this.#recorder = new Recorder(options.sink);
    this.#deadlines = new Deadlines(clock);
    this.#waker = new Waker({ clock, yieldToIo: options.yieldToIo, wake: (due) => this.#wake(due) });
    this.#sleepers = new Sleepers(clock);
    this.#nemesis = new NemesisThread(options.nemesis, clock, options.nemesisDeadline ?? seconds(60));
    const threads = (): { inFlight: number; opening: number } => ({ inFlight: this.#inFlight.size, opening: this.#threads.opening });
    this.#progress = new Progress(options, this.#recorder, threads, (error) => this.#breakOff(error));
    this.#connections = new Connections({
      nodes: options.nodes,
      clientPolicy: options.clientPolicy,
      clientFor: options.clientFor,
      clock,
      rng,
      openDeadline: options.openDeadline ?? seconds(5),
      closeDeadline: options.closeDeadline ?? ms(500),
      signal: this.#noMoreClients.signal,
      onFailure: (process, node, message) => {
        const error = { code: RUNNER_CODES.openFailed, message };
        this.#progress.openFailed(error);
        this.#record(() => this.#recorder.observe('open', { node: node.id, process }, clock.now(), error));
      },
    });
  }

  async run(): Promise<RunnerStats> {
    const { clock, signal, nodes, concurrency } = this.#options;
    if (nodes.length === 0 || concurrency < 1) throw new OrdealError('ORDEAL_INTERNAL', { what: 'a workload needs a node and a thread' });
    this.#startedAt = clock.now();
    this.#readyAt = this.#startedAt;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#progress.start();
    for (const thread of this.#threads.clients) void this.#open(thread);
    if (signal.aborted) this.#stop();
    else this.#pump();
    await this.#ended.promise;
    return await this.#end();
  }

  observed(f: string, value: Value): void {
    this.#record(() => this.#recorder.observe(f, value, this.#options.clock.now()));
  }

  expired(call: ClientCall): void {
    const allowed = this.#deadlineOf.get(call.op.f) ?? 0;
    this.#giveUp(call, new DeadlinePassed(call.op.f, allowed), `no answer within ${Math.round(allowed / NS_PER_MS)} ms`);
  }

  #giveUp(call: ClientCall, reason: Error, message: string): void {
    this.#complete(call, { type: 'info', error: { code: RUNNER_CODES.deadline, message } }, reason);
  }

  #wake(due: Ns | undefined): void {
    if (due !== undefined && due > this.#readyAt) this.#readyAt = due;
    this.#sinceIo = 0;
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping || this.#stopped || this.#waker.yielding) return;
    this.#pumping = true;
    try {
      while (!this.#stopped && this.#dispatch());
    } finally {
      this.#pumping = false;
    }
  }

  /** Asks the generator once; true when asking again may give another operation. */
  #dispatch(): boolean {
    if (this.#sinceIo >= BATCH && this.#waker.yield(undefined)) return false;
    const context = this.#context(this.#options.clock.now());
    const { now } = context;
    try {
      const step = this.#generator.op(context);
      if (step.kind === 'op') {
        if (step.op.time > now) {
          this.#waker.at(step.op.time, now);
          return false;
        }
        const complaint = complaintAbout(step.op, context);
        if (complaint !== undefined) throw badOperation(step.op, complaint);
        this.#invoke(step.op, step.next);
        return true;
      }
      if (step.kind === 'done') this.#stop();
      else this.#wait(step.wakeAt, now);
    } catch (error) {
      this.#fail(this.#broken ? error : generatorError(error, 'op', context));
    }
    return false;
  }

  #wait(wakeAt: Ns | undefined, now: Ns): void {
    if (wakeAt !== undefined) {
      if (wakeAt <= now) throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `the generator is pending at ${now} ns and asks to be woken at ${wakeAt} ns` });
      this.#waker.at(wakeAt, now);
      return;
    }
    this.#waker.cancel();
    if (this.#busy() || this.#threads.opening > 0) return;
    throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `the generator is pending at ${now} ns, with nothing in flight and no time to wake` });
  }

  #invoke(op: Scheduled<Invocation>, next: Generator): void {
    const thread = this.#threads.threadOf(op.process) as Thread;
    this.#generator = next;
    this.#emitted++;
    this.#sinceIo++;
    if (isSpecial(op)) {
      this.#special(op, thread);
      return;
    }
    const time = this.#options.clock.now();
    // Intended starts between two questions count from themselves, all others from what made them possible.
    this.#lateness.record(time - (op.time < this.#threads.now && op.time > this.#readyAt ? op.time : this.#readyAt));
    if (thread === 'nemesis') this.#inject(op, time);
    else this.#invokeClient(op, this.#threads.clients[thread] as ClientThread, time);
  }

  #invokeClient(op: Scheduled<Invocation>, client: ClientThread, time: Ns): void {
    const allowed = this.#deadlineOf.get(op.f);
    if (allowed === undefined) throw badOperation(op, `the workload declares no operation ${op.f}`);
    client.state = 'busy';
    const event = this.#record(() => this.#recorder.invoke(op, client.process, time, op.time, nodeAsked(client as Connection, op)));
    if (event === undefined) return;
    const call: ClientCall = new OperationCall(op, (time + allowed) as Ns, client, this);
    this.#inFlight.add(call);
    this.#deadlines.add(call, allowed);
    this.#ask(call);
    this.#update(event);
  }

  #ask(call: ClientCall): void {
    // A call that was given up fails sooner or later; only answers are late.
    const onError = (error: unknown): void => {
      if (!call.settled) this.#complete(call, outcomeOfError(error, this.#options.clientFor), undefined);
    };
    try {
      call.context.client?.invoke(call.op, call).then((outcome) => this.#complete(call, soundOutcome(outcome), undefined), onError);
    } catch (error) {
      queueMicrotask(() => onError(error));
    }
  }

  /** The one completion; `abort` where the client is not waited for any longer. */
  #complete(call: ClientCall, outcome: Outcome, abort: Error | undefined): void {
    if (call.settled) {
      if (outcome.type !== 'info' && abort === undefined) this.#progress.late++;
      return;
    }
    call.settled = true;
    this.#deadlines.remove(call);
    this.#inFlight.delete(call);
    const { context: thread, op } = call;
    const time = this.#options.clock.now();
    const event = this.#record(() => this.#recorder.complete(op, outcome, thread.process, time, nodeAsked(thread as Connection, op)));
    if (event === undefined) return;
    if (outcome.type !== 'ok') this.#progress.lastError = outcome.error;
    if (outcome.type === 'info') this.#threads.setOpening(thread);
    else thread.state = 'free';
    this.#readyAt = time;
    this.#update(event);
    if (abort !== undefined) call.abort(abort);
    if (outcome.type === 'info') this.#replace(thread);
    this.#goOn();
  }

  #goOn(): void {
    if (this.#stopped) this.#endIfDrained();
    else this.#pump();
  }

  /** The thread's process ends; the next one opens its client after the old one was asked to close. */
  #replace(thread: ClientThread): void {
    const client = this.#threads.retire(thread);
    if (client === undefined) return;
    const closing = this.#connections.close(client).then(() => {
      this.#closing.delete(closing);
      void this.#open(thread);
    });
    this.#closing.add(closing);
  }

  async #open(thread: ClientThread): Promise<void> {
    const connection = await this.#connections.open(thread.thread, thread.process);
    if (connection === undefined) return;
    this.#threads.setOpen(thread, connection.client, connection.node);
    this.#readyAt = this.#options.clock.now();
    this.#pump();
  }

  #inject(op: Scheduled<Invocation>, time: Ns): void {
    if (this.#options.nemesis === undefined) throw badOperation(op, 'it is for the nemesis, and the run has none');
    this.#threads.nemesisBusy = true;
    const event = this.#record(() => this.#recorder.nemesis('invoke', op.f, op.value, time));
    if (event === undefined) return;
    void this.#nemesis.invoke(op).then(({ value, error }) => {
      this.#threads.nemesisBusy = false;
      const now = this.#options.clock.now();
      const completion = this.#record(() => this.#recorder.nemesis('info', op.f, value, now, error));
      if (completion === undefined) return;
      this.#readyAt = now;
      this.#update(completion);
      this.#goOn();
    });
    this.#update(event);
  }

  /** Operations of the runner's own: the generator hears of them, the history does not. */
  #special(op: Scheduled<Invocation>, thread: Thread): void {
    const { f, value, process } = op;
    const event = (type: Event['type']): Event => ({ index: -1, type, f, value, process, time: this.#options.clock.now() });
    const setBusy = (busy: boolean): void => {
      if (thread === 'nemesis') this.#threads.nemesisBusy = busy;
      else (this.#threads.clients[thread] as ClientThread).state = busy ? 'busy' : 'free';
    };
    setBusy(true);
    this.#update(event('invoke'));
    const wokenAt = (this.#threads.now + (f === 'sleep' ? Number(value) : 0)) as Ns;
    if (f === 'log') this.#options.onLog?.(String(value));
    const end = (): void => {
      setBusy(false);
      this.#readyAt = wokenAt;
      this.#update(event('info'));
    };
    if (wokenAt <= this.#threads.now) {
      end();
      return;
    }
    this.#sleepers.add(wokenAt, () => {
      end();
      this.#goOn();
    });
  }

  /** Nothing new starts; sleeping and opening end. */
  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#waker.close();
    this.#noMoreClients.abort(new Error('the workload is over'));
    this.#sleepers.close();
    const { drainDeadline, clock } = this.#options;
    if (drainDeadline !== undefined) {
      const giveUp = (): void => {
        const reason = new Error('no answer before the run was over');
        for (const call of [...this.#inFlight]) this.#giveUp(call, reason, reason.message);
        this.#nemesis.giveUp();
      };
      this.#sleepers.add((clock.now() + drainDeadline) as Ns, giveUp);
    }
    this.#endIfDrained();
  }

  #busy(): boolean {
    return this.#inFlight.size > 0 || this.#threads.nemesisBusy || this.#sleepers.count > 0;
  }

  #endIfDrained(): void {
    if (this.#broken || (this.#inFlight.size === 0 && !this.#nemesis.active)) this.#ended.resolve();
  }

  async #end(): Promise<RunnerStats> {
    const { clock, signal } = this.#options;
    const endedAt = clock.now();
    signal.removeEventListener('abort', this.#onAbort);
    this.#over = true;
    this.#sleepers.close();
    this.#deadlines.close();
    this.#progress.close();
    const clients = this.#threads.clients.flatMap(({ client }) => client ?? []);
    await Promise.all([...this.#closing, ...clients.map((client) => this.#connections.close(client))]);
    if (this.#error !== undefined) throw this.#error;
    return {
      ...this.#recorder.counts,
      late: this.#progress.late,
      openFailures: this.#progress.openFailures,
      startedAt: this.#startedAt,
      endedAt,
      dispatchLatenessP50Ns: this.#lateness.percentile(50),
      dispatchLatenessP99Ns: this.#lateness.percentile(99),
      dispatchLatenessMaxNs: this.#lateness.max(),
      nextProcess: this.#threads.nextProcess,
    };
  }

  #context(now: Ns): GeneratorContext {
    this.#threads.now = now;
    return new GeneratorContext(this.#threads, this.#threads.all, this.#path, this.#emitted);
  }

  #update(event: Event): void {
    if (this.#stopped) return;
    const context = this.#context(event.time);
    try {
      this.#generator = this.#generator.update(context, event);
    } catch (error) {
      this.#fail(generatorError(error, 'update', context, event));
    }
  }

  /** Writes an event; undefined when the history cannot be written, which ends the run at once. */
  #record(write: () => Event): Event | undefined {
    if (this.#over) return undefined;
    try {
      return write();
    } catch (error) {
      this.#breakOff(error);
      return undefined;
    }
  }

  /** The history cannot be written: the end, without a drain. */
  #breakOff(error: unknown): void {
    this.#broken = true;
    this.#over = true;
    for (const call of this.#inFlight) {
      call.settled = true;
      call.abort(new Error('the history cannot be written'));
    }
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#stop();
    this.#endIfDrained();
  }
}
