/**
 * Final reads (rule 8): after healing and settling, every node is asked every question until it has answered each once,
 * or the time is up. Recorded like all operations, by processes of their own.
 */
import type { Client, ClientFactory, Clock, HistorySink, Invocation, Node, NodeId, Ns, Outcome } from '../contracts/index.ts';
import { DeadlinePassed, within } from '../lifecycle/deadline.ts';
import { ms, seconds } from '../time/units.ts';
import { OperationCall } from './call.ts';
import { closeClient, FIRST_BACK_OFF, LONGEST_BACK_OFF, nodeAsked, openClient } from './connections.ts';
import { outcomeOfError, RUNNER_CODES, soundOutcome } from './outcome.ts';
import { type EventCounts, Recorder } from './recorder.ts';

export interface FinalReadsOptions {
  readonly nodes: readonly Node[];
  /** What each node is asked, one after the other. */
  readonly invocations: readonly Invocation[];
  readonly clientFor: ClientFactory;
  readonly clock: Clock;
  readonly sink: HistorySink;
  /** For everything together. */
  readonly deadline: Ns;
  /** For one attempt. */
  readonly attemptDeadline: Ns;
  /** `RunnerStats.nextProcess`: the first process number that the run has not used. */
  readonly firstProcess: number;
  /** Aborted: no attempt is begun; the one in flight is recorded as `info`. */
  readonly signal: AbortSignal;
  readonly openDeadline?: Ns;
  readonly closeDeadline?: Ns;
}

export interface FinalReadsResult extends EventCounts {
  /** Every node answered every question. */
  readonly complete: boolean;
  /** What was not answered `ok`, by whom. */
  readonly missing: readonly { readonly node: NodeId; readonly op: Invocation }[];
  readonly openFailures: number;
  readonly nextProcess: number;
}

/** Rejects with what the sink threw; everything else is in the result. */
export async function finalReads(options: FinalReadsOptions): Promise<FinalReadsResult> {
  const recorder = new Recorder(options.sink);
  const until = options.clock.now() + options.deadline;
  const readers = options.nodes.map((node, index) => new NodeReader(options, recorder, node, options.firstProcess + index, until));
  const missing = (await Promise.all(readers.map((reader) => reader.readAll()))).flat();
  return {
    ...recorder.counts,
    complete: missing.length === 0,
    missing,
    openFailures: readers.reduce((sum, { openFailures }) => sum + openFailures, 0),
    nextProcess: readers.reduce((highest, { process }) => Math.max(highest, process + 1), options.firstProcess),
  };
}

class NodeReader {
  readonly #options: FinalReadsOptions;
  readonly #recorder: Recorder;
  readonly #node: Node;
  readonly #until: number;
  #client: Client | undefined;
  process: number;
  openFailures = 0;

  constructor(options: FinalReadsOptions, recorder: Recorder, node: Node, process: number, until: number) {
    this.#options = options;
    this.#recorder = recorder;
    this.#node = node;
    this.process = process;
    this.#until = until;
  }

  /** Gives what was not answered. */
  async readAll(): Promise<FinalReadsResult['missing']> {
    const missing: { node: NodeId; op: Invocation }[] = [];
    for (const op of this.#options.invocations) if (!(await this.#readUntilOk(op))) missing.push({ node: this.#node.id, op });
    await this.#close();
    return missing;
  }

  async #readUntilOk(op: Invocation): Promise<boolean> {
    const { clock, signal } = this.#options;
    for (let pause = FIRST_BACK_OFF; this.#left() > 0; pause = Math.min(2 * pause, LONGEST_BACK_OFF) as Ns) {
      if ((await this.#open()) && (await this.#attempt(op))) return true;
      await clock.sleep(Math.max(0, Math.min(pause, this.#left())) as Ns, signal).catch(() => undefined);
    }
    return false;
  }

  /** What is left of the time for everything; 0 when it is over. */
  #left(): number {
    return this.#options.signal.aborted ? 0 : Math.max(0, this.#until - this.#options.clock.now());
  }

  async #open(): Promise<boolean> {
    if (this.#client !== undefined) return true;
    const openDeadline = Math.min(this.#options.openDeadline ?? seconds(5), this.#left()) as Ns;
    try {
      this.#client = await openClient({ ...this.#options, openDeadline }, this.#node);
      return true;
    } catch {
      this.openFailures++;
      return false;
    }
  }

  async #attempt(op: Invocation): Promise<boolean> {
    const { clock } = this.#options;
    const time = clock.now();
    const connection = { client: this.#client as Client, node: this.#node };
    this.#recorder.invoke(op, this.process, time, time, nodeAsked(connection, op));
    const outcome = await this.#ask(op, time);
    this.#recorder.complete(op, outcome, this.process, clock.now(), nodeAsked(connection, op));
    if (outcome.type === 'info') {
      this.process += this.#options.nodes.length;
      await this.#close();
    }
    return outcome.type === 'ok';
  }

  async #ask(op: Invocation, now: Ns): Promise<Outcome> {
    const { clock, signal, clientFor } = this.#options;
    const allowed = Math.min(this.#options.attemptDeadline, this.#left()) as Ns;
    const observed = (f: string, value: Invocation['value']): void => void this.#recorder.observe(f, value, clock.now());
    const call = new OperationCall(op, (now + allowed) as Ns, undefined, { observed, expired: () => undefined });
    try {
      return soundOutcome(await within(clock, allowed, `${op.f} of ${this.#node.id}`, async () => (this.#client as Client).invoke(op, call), signal));
    } catch (error) {
      const givenUp = error instanceof DeadlinePassed || signal.aborted;
      if (!givenUp) return outcomeOfError(error, clientFor);
      const message = error instanceof Error ? error.message : String(error);
      call.abort(new Error(message));
      return { type: 'info', error: { code: RUNNER_CODES.deadline, message } };
    }
  }

  async #close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await closeClient({ clock: this.#options.clock, closeDeadline: this.#options.closeDeadline ?? ms(500) }, client);
  }
}
