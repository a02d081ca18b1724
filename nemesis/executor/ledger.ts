/** Puts what the executor does on record: the journal on disk, the guard's memory, the live view. */
import type { Change, Clock, Evidence, FaultInstance, JournalEntry, Ns } from '../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import type { ExecutorRequest } from './request.ts';

type Entry = Exclude<JournalEntry, { readonly type: 'owner' }>;

export class Ledger {
  readonly #request: ExecutorRequest;
  readonly #clock: Clock;
  #failure: OrdealError | undefined;
  /** Of the latest entry. */
  #latest = 0 as Ns;

  constructor(request: ExecutorRequest) {
    this.#request = request;
    this.#clock = request.cluster.clock;
  }

  /** Why nothing may be injected any more, if so. */
  get failure(): OrdealError | undefined {
    return this.#failure;
  }

  /** Before anything is touched: on the disk and in the guard's memory, or it throws and nothing may be touched. */
  async planned(instance: FaultInstance, family: string, change: Change): Promise<void> {
    const entry: Entry = { type: 'planned', time: this.#clock.now(), instance, family, change };
    this.#write(entry);
    await this.#tell(entry);
    if (this.#failure) throw this.#failure;
  }

  /** Everything later. A failure is remembered, not thrown: what is in the world must be undone all the same. */
  async note(entry: Entry): Promise<void> {
    try {
      this.#write(entry);
    } catch {
      // kept as `failure`
    }
    // the guard must know what is undone even where the disk does not
    if (entry.type === 'undone') await this.#tell(entry);
  }

  applied(change: string, evidence: Evidence): Promise<void> {
    return this.note({ type: 'applied', time: this.#clock.now(), change, evidence });
  }

  /** `since`: when the probe began. Nothing later than that is proven. */
  verified(change: string, evidence: Evidence, since: Ns): Promise<void> {
    return this.note({ type: 'verified', time: since, change, evidence });
  }

  /**
   * Nothing is left to undo. Dated by the last thing that was done: when the run got round to saying so is no evidence, and
   * two systems under one schedule then leave the same journal.
   */
  closed(): Promise<void> {
    return this.note({ type: 'closed', time: this.#latest });
  }

  failed(change: string, message: string): Promise<void> {
    return this.note({ type: 'failed', time: this.#clock.now(), change, message });
  }

  undone(change: string, evidence: Evidence): Promise<void> {
    return this.note({ type: 'undone', time: this.#clock.now(), change, evidence, by: 'run' });
  }

  #write(entry: Entry): void {
    try {
      this.#request.journal.append(entry);
    } catch (error) {
      this.#fail(error instanceof OrdealError ? error : new OrdealError('ORDEAL_RUN_FOLDER', { what: messageOf(error), cause: error }));
      throw error;
    }
    this.#latest = Math.max(this.#latest, entry.time) as Ns;
    this.#request.onEntry?.(entry);
  }

  async #tell(entry: Entry): Promise<void> {
    try {
      await this.#request.guard?.tell(entry);
    } catch (cause) {
      this.#fail(new OrdealError('ORDEAL_CHILD_FAILED', { what: `the watchdog is gone: ${messageOf(cause)}`, where: 'nemesis', cause }));
    }
  }

  #fail(error: OrdealError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#request.onFailure?.(error);
  }
}
