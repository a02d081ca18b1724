/**
 * The one executor of faults. For every change: journal → apply → probe → … → probe → undo → probe → journal. It knows no
 * fault and no mechanism. One thing at a time: what is asked while something is under way waits for it.
 */
import type { Action, Change, Cluster, Control, Controls, Evidence, Fault, FaultInstance, Nemesis, Ns, Value } from '../../harness/contracts/index.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { within } from '../../harness/lifecycle/deadline.ts';
import { ms } from '../../harness/time/units.ts';
import { asInstance } from '../schedule/script.ts';
import { Ledger } from './ledger.ts';
import { type ChangeOutcome, type NemesisOutcome, outcomeOf } from './outcome.ts';
import { planActions } from './planning.ts';
import { DEFAULT_EXECUTOR_DEADLINES, type ExecutorDeadlines, type ExecutorRequest, type HealedChange } from './request.ts';

/** Pauses between the tries to undo one change. */
const RETRY_AFTER: readonly Ns[] = [ms(100), ms(500), ms(1_000)];

/** A change that is, or may be, in the world. */
interface Active {
  readonly change: Change;
  readonly control: Control<never>;
  readonly instance: FaultInstance;
  readonly family: string;
  /** Whether nodes start anew when it is undone. */
  readonly restarts: boolean;
  /** Whether undoing it takes a majority of the system: other faults are undone before. */
  readonly needsConsent: boolean;
  /** Settles when the application has ended, in time or not. */
  applying: Promise<unknown>;
}

/** Never rejects; `healAll` ends the injecting for good. */
export interface Executor extends Nemesis {
  healAll(): Promise<readonly HealedChange[]>;
}

/** The nemesis of one run. */
export function createExecutor(request: ExecutorRequest): Executor {
  return new FaultExecutor(request);
}

class FaultExecutor implements Executor {
  readonly #request: ExecutorRequest;
  readonly #cluster: Cluster;
  readonly #deadlines: ExecutorDeadlines;
  readonly #ledger: Ledger;
  /** By change id, in order of planning. */
  readonly #active = new Map<string, Active>();
  readonly #seen = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #ending = false;
  #closed: Promise<void> | undefined;

  constructor(request: ExecutorRequest) {
    this.#request = request;
    this.#cluster = request.cluster;
    this.#deadlines = { ...DEFAULT_EXECUTOR_DEADLINES, ...request.deadlines };
    this.#ledger = new Ledger(request);
  }

  invoke(op: { readonly f: string; readonly value: Value }): Promise<NemesisOutcome> {
    const instance = asInstance(op.value);
    if (!instance) return Promise.resolve({ type: 'info', value: { error: 'the value of a nemesis operation must be {id, fault, options}' } });
    const family = this.#request.faults.get(instance.fault)?.family ?? instance.fault;
    const work = (): Promise<NemesisOutcome> => {
      if (op.f === 'inject') return this.#inject(instance, family);
      if (op.f === 'heal') return this.#heal(instance, family);
      return Promise.resolve(outcomeOf(instance, family, [], `the nemesis knows inject and heal, not ${op.f}`));
    };
    return this.#inTurn(() => work().catch((error: unknown) => outcomeOf(instance, family, [], messageOf(error))));
  }

  healAll(): Promise<readonly HealedChange[]> {
    this.#ending = true;
    return this.#inTurn(async () => {
      const outcomes = await this.#end([...this.#active.values()]);
      return outcomes.map(({ change, evidence, verified, instance }) => ({
        change: change.id,
        instance: instance.id,
        evidence,
        verified: verified ?? evidence,
      }));
    });
  }

  close(): Promise<void> {
    this.#ending = true;
    this.#closed ??= this.#inTurn(async () => {
      // what resisted stays open in the journal: the watchdog, or `ordeal heal`, goes on with it
      if (this.#active.size === 0) await this.#ledger.closed();
      this.#request.journal.close();
    });
    return this.#closed;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #inject(instance: FaultInstance, family: string): Promise<NemesisOutcome> {
    const refused = this.#refusal(instance);
    if (refused !== undefined) return outcomeOf(instance, family, [], refused);
    const fault = this.#request.faults.get(instance.fault) as Fault;
    const actions = await planActions(this.#request, this.#deadlines, fault, instance);
    if (actions.length === 0) return outcomeOf(instance, family, [], 'not injected: there is nobody to hit');
    const planned = actions.map((action, n) => this.#plan(action, `${instance.id}/${n}`, instance, family));
    this.#seen.add(instance.id);
    try {
      for (const active of planned) await this.#ledger.planned(instance, family, active.change);
    } catch (error) {
      await this.#takeBack(planned);
      return outcomeOf(instance, family, [], `not injected: ${messageOf(error)}`);
    }
    const problem = await this.#apply(planned);
    if (problem !== undefined) {
      await this.#takeBack(planned.filter(({ change }) => !this.#active.has(change.id)));
      const outcomes = await this.#end(planned);
      return outcomeOf(instance, family, outcomes.map(withoutProof), `injecting failed: ${problem}`);
    }
    const outcomes: ChangeOutcome[] = [];
    for (const { change, control } of planned) {
      const evidence = await this.#probe(control, change, 'applied');
      await this.#ledger.applied(change.id, evidence);
      outcomes.push({ change, evidence });
    }
    if (this.#ledger.failure) {
      await this.#end(planned);
      return outcomeOf(instance, family, outcomes.map(withoutProof), `taken back: ${this.#ledger.failure.message}`);
    }
    return outcomeOf(instance, family, outcomes);
  }

  #refusal(instance: FaultInstance): string | undefined {
    if (this.#ending) return 'not injected: the run is ending';
    if (this.#ledger.failure) return `not injected: ${this.#ledger.failure.message}`;
    if (!this.#request.faults.has(instance.fault)) return `not injected: there is no fault "${instance.fault}" in this run`;
    if (this.#seen.has(instance.id)) return `not injected: there has been a fault "${instance.id}" already`;
    return undefined;
  }

  #plan(action: Action, id: string, instance: FaultInstance, family: string): Active {
    const control = this.#cluster.control(action.control) as Controls[Action['control']] | undefined;
    if (!control) throw new Error(`not injected: the host "${this.#cluster.host}" has no control of ${action.control}`);
    const change = (control as Control<unknown>).plan(id, action.params);
    const restarts = action.control === 'members' || (action.control === 'processes' && action.params.type !== 'pause');
    return { change, control: control as Control<never>, instance, family, restarts, needsConsent: action.control === 'members', applying: Promise.resolve() };
  }

  /** Nothing was touched yet: the plans are crossed out. */
  async #takeBack(planned: readonly Active[]): Promise<void> {
    for (const { change } of planned) await this.#ledger.undone(change.id, { holds: true, independent: false, measured: 'was never applied' });
  }

  /** Applies all of them; gives the first problem, after which no more is applied. */
  async #apply(planned: readonly Active[]): Promise<string | undefined> {
    for (const active of planned) {
      this.#active.set(active.change.id, active);
      try {
        await within(this.#cluster.clock, this.#deadlines.apply, `applying ${active.change.id}`, () => {
          const applying = (async () => active.control.apply(active.change))();
          active.applying = applying.catch(() => undefined);
          return applying;
        });
      } catch (error) {
        await this.#ledger.failed(active.change.id, messageOf(error));
        return messageOf(error);
      }
    }
    return undefined;
  }

  async #heal(instance: FaultInstance, family: string): Promise<NemesisOutcome> {
    const mine = [...this.#active.values()].filter((active) => active.instance.id === instance.id);
    if (mine.length === 0) return outcomeOf(instance, family, [], 'nothing of it is in force');
    return outcomeOf(instance, family, await this.#end(mine));
  }

  /** Proves that they are in force to the end, then undoes them, the last first, and last what the system must agree to. */
  async #end(actives: readonly Active[]): Promise<(ChangeOutcome & { readonly instance: FaultInstance })[]> {
    const all = actives.toReversed().filter(({ change }) => this.#active.has(change.id));
    const backwards = [...all.filter(({ needsConsent }) => !needsConsent), ...all.filter(({ needsConsent }) => needsConsent)];
    const proofs: Evidence[] = [];
    for (const { change, control } of backwards) {
      const since = this.#cluster.clock.now();
      const verified = await this.#probe(control, change, 'applied');
      await this.#ledger.verified(change.id, verified, since);
      proofs.push(verified);
    }
    const outcomes: (ChangeOutcome & { readonly instance: FaultInstance })[] = [];
    for (const [i, active] of backwards.entries()) {
      const evidence = await this.#undo(active);
      const verified = proofs[i];
      outcomes.push({ change: active.change, instance: active.instance, evidence, ...(verified && { verified }) });
    }
    return outcomes;
  }

  /** Undoes one change and sees to it that it is undone; some tries. What resists stays active, for the next heal. */
  async #undo(active: Active): Promise<Evidence> {
    const { change } = active;
    const { clock } = this.#cluster;
    let evidence: Evidence = { holds: false, independent: false, measured: 'was not tried' };
    for (let attempt = 0; ; attempt++) {
      evidence = await this.#undoOnce(active);
      if (evidence.holds) break;
      // the system may not be able to before other faults are undone, which must not wait for it
      const hindered = active.needsConsent && [...this.#active.values()].some((other) => !other.needsConsent);
      const pause = hindered ? undefined : RETRY_AFTER[attempt];
      if (pause === undefined) break;
      await clock.sleep(pause);
    }
    if (!evidence.holds) {
      await this.#ledger.failed(change.id, `not undone: ${evidence.measured}`);
      return evidence;
    }
    this.#active.delete(change.id);
    await this.#ledger.undone(change.id, evidence);
    if (active.restarts) await this.#verifyAgain(change);
    return evidence;
  }

  async #undoOnce({ control, change, applying }: Active): Promise<Evidence> {
    const { clock } = this.#cluster;
    try {
      // what is still being applied could end after the undo, and stay
      await within(clock, this.#deadlines.apply, `applying ${change.id}`, () => applying).catch(() => undefined);
      await within(clock, this.#deadlines.undo, `undoing ${change.id}`, async () => control.undo(change));
    } catch (error) {
      return { holds: false, independent: false, measured: `undoing failed: ${messageOf(error)}` };
    }
    return this.#probe(control, change, 'undone');
  }

  /** After nodes started: whatever else is in force on them must have come back with them (rule 12). */
  async #verifyAgain(restarted: Change): Promise<void> {
    for (const { change, control } of this.#active.values()) {
      if (!change.nodes.some((node) => restarted.nodes.includes(node))) continue;
      const since = this.#cluster.clock.now();
      await this.#ledger.verified(change.id, await this.#probe(control, change, 'applied'), since);
    }
  }

  /** A probe that fails or hangs proves nothing. */
  async #probe(control: Control<never>, change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const probe = within(this.#cluster.clock, this.#deadlines.probe, `probing ${change.id}`, async () => control.probe(change, expect));
    return probe.catch((error: unknown) => ({ holds: false, independent: false, measured: `the probe failed: ${messageOf(error)}` }));
  }
}

/** For a fault that is not in force: whatever was measured, it did not bite. */
function withoutProof({ change, evidence }: ChangeOutcome): ChangeOutcome {
  return { change, evidence: { ...evidence, holds: false } };
}
