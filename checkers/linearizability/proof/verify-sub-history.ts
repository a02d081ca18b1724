/**
 * Re-checks a conviction from the events alone: that the certificate's operations are the history weakened, and that no
 * order explains them. Shares no code with the search; it may take whole scans, and it may give up, but not be clever.
 *
 * Why each omission is a weakening (if the history has a linearization, so has what is kept):
 * - an observer changes nothing: without it the others stand as before;
 * - what is called after `until`, in any linearization, need not stand before anything that returned by then;
 * - an update that need not take effect any more may still stand where it stood;
 * - registers: an update to a value that nothing kept asks for can be taken out, as nobody kept saw what it made. A refused
 *   operation asks for "anything else": each has use for one such update at most, just before it, and a write of unknown
 *   outcome that was called earlier can take the place of that. So beside d of those d such writes are kept, and the later
 *   updates left out;
 * - collections: without all operations about an element the others stand as before, unless one sees all elements; and of
 *   the unknown operations that take out one element at most, nobody knows which, there is no use for more than there are
 *   elements: the first that were called can take the places of the others;
 * - locks: without all that one owner did from taking the lock to giving it back, in turn, the others stand as before, for
 *   nobody else could have it in between; also if it was never given back. Unless one was refused because of it;
 * - states in which what was produced lasts: when somebody kept looked, what a left-out update had produced, which he does not
 *   show, had been overwritten, or was not there yet; so all that made up what he saw is kept;
 * - states of parts, of which one sees the last update: without the updates that nobody kept saw, each part that somebody saw
 *   has the same last update as before;
 * - registers, and models that know all states: what returned before `from` has happened by then, and whatever it left is
 *   among "anything".
 */
import type { Anomaly, Event, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import type { SubHistoryCertificate } from '../counterexample/finding.ts';
import { knownModel } from '../models/known-models.ts';
import { EVERY_ELEMENT, type Model, type ModelOperation } from '../models/model.ts';
import { sameValue } from '../models/same-value.ts';
import { exhaustiveSearch } from './exhaustive.ts';
import type { TimedOperation } from './oracle.ts';
import { replayPrefix } from './replay-prefix.ts';

/** An operation on the key as the history has it. */
export interface Recorded {
  readonly invoke: number;
  /** -1 where there is none, or it says nothing. */
  readonly complete: number;
  readonly outcome: 'ok' | 'refused' | 'unknown' | 'failed';
  readonly operation: ModelOperation;
}

/** Verifies certificates of kind `linearizability/sub-history`. O(events), and exponential in the operations kept. */
export const verifySubHistory: CertificateVerifier = (history: History, anomaly: Anomaly): Verification => {
  const claim = anomaly.certificate.data as unknown as SubHistoryCertificate;
  const model = knownModel(claim.model, claim.init);
  const recorded = operationsOnKey(history, model, claim);
  const byInvoke = new Map(recorded.map((op) => [op.invoke, op]));
  const kept: { readonly was: Recorded; readonly timed: TimedOperation }[] = [];
  for (const { invoke, outcome } of claim.ops) {
    const was = byInvoke.get(invoke);
    if (!was || was.outcome === 'failed' || kept.some((other) => other.was === was))
      return refuted(`event ${invoke} is not the invocation of such an operation`);
    if (invoke > claim.until) return refuted(`operation ${invoke} was called after the history was cut`);
    const known = outcome !== 'unknown';
    if (known && (outcome !== was.outcome || was.complete > claim.until)) return refuted(`operation ${invoke} did not end ${outcome} in the part that counts`);
    if (known && claim.from !== null && invoke < claim.from) return refuted(`operation ${invoke} may have happened before event ${claim.from}`);
    kept.push({ was, timed: { operation: was.operation, call: invoke, ret: known ? was.complete : Number.POSITIVE_INFINITY } });
  }
  const keptOnes = new Set(kept.map(({ was }) => was));
  const operations = kept.map(({ timed }) => timed);
  const holds = leftOutHolds(recorded, model, claim, keptOnes);
  if (claim.from !== null && !model.asRegister && !model.anyState) return refuted('it cannot be judged from the middle: nobody knows all its states');
  for (const op of recorded) {
    if (
      !keptOnes.has(op) &&
      !mayBeLeftOut(op, model, claim, operations) &&
      !isSurplus(op, model, claim, operations) &&
      !holds.has(op) &&
      !isSurplusUpdate(op, model, operations)
    )
      return refuted(`operation ${op.invoke} was left out, and may matter`);
  }
  for (const init of claim.from === null ? [model.init] : (model.anyState?.(operations.map(({ operation }) => operation)) ?? anything(model, operations))) {
    const answer = exhaustiveSearch(model, operations, init);
    if (answer !== 'not-linearizable')
      return refuted(answer === 'too-large' ? 'there are too many operations to try every order' : 'there is an order that explains it');
  }
  const failed = verifyFailed(anomaly, claim, model, byInvoke);
  if (!failed.ok || claim.prefix === undefined) return failed;
  return replayPrefix(claim.prefix, operations, claim.failing, model, claim.from === null ? [model.init] : anything(model, operations));
};

/** The part of a certificate that says what is looked at. */
export type Scope = Pick<SubHistoryCertificate, 'init' | 'failedConditions' | 'keyed' | 'key' | 'from' | 'until'>;

/** What clients did on the key, with the operations that the model knows. */
export function operationsOnKey(history: History, model: Model, claim: Scope): Recorded[] {
  const recorded: Recorded[] = [];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || typeof event.process !== 'number' || !model.fs.includes(event.f)) continue;
    if (claim.keyed ? event.key === undefined || canonicalJson(event.key) !== canonicalJson(claim.key) : event.key !== undefined) continue;
    const pair = history.columns.pair[i]!;
    recorded.push(recordedOperation(event, pair < 0 ? undefined : history.event(pair), model, claim));
  }
  return recorded;
}

function recordedOperation(invoke: Event, complete: Event | undefined, model: Model, claim: Scope): Recorded {
  const { f, value: input } = invoke;
  const who = model.ownerAware ? { process: invoke.process as number } : {};
  if (complete?.type === 'ok') {
    const outcome = complete.applied === false ? 'refused' : 'ok';
    return { invoke: invoke.index, complete: complete.index, outcome, operation: { f, input, output: complete.value, outcome, ...who } };
  }
  if (complete?.type === 'fail') {
    const observed = claim.failedConditions === 'observation' && complete.error === undefined && (model.conditional?.includes(f) ?? false);
    const operation: ModelOperation = { f, input, output: complete.value, outcome: 'refused', ...who };
    return { invoke: invoke.index, complete: complete.index, outcome: observed ? 'refused' : 'failed', operation };
  }
  return { invoke: invoke.index, complete: -1, outcome: 'unknown', operation: { f, input, output: undefined, outcome: 'unknown', ...who } };
}

/** Whether the others stand as before without the operation (and those of its element that are not kept either). */
export function mayBeLeftOut(op: Recorded, model: Model, claim: Scope, kept: readonly Pick<TimedOperation, 'operation'>[]): boolean {
  if (op.outcome === 'failed' || op.outcome === 'refused' || model.observers?.includes(op.operation.f)) return true;
  // What the model does not accept was foreign to it from the start; the checker says so beside its verdict.
  if (op.invoke > claim.until || !(model.accepts?.(op.operation) ?? true)) return true;
  if (model.changesNothing?.(op.operation)) return true;
  if (model.element) return mayBeLeftOutOfCollection(op, model, claim, kept);
  if (claim.from !== null && op.outcome === 'ok' && op.complete < claim.from) return true;
  if (model.sees) return kept.every(({ operation }) => !model.sees!(operation, op.operation));
  if (!model.asRegister) return model.lasting === true && isUnseen(op.operation, model, kept);
  const made = model.asRegister(op.operation);
  if (made.kind === 'read' || made.kind === 'differs') return true;
  // An exchange of a value for itself changes nothing.
  if (made.kind === 'cas' && canonicalJson(made.from) === canonicalJson(made.to)) return true;
  return kept.every(({ operation }) => {
    const form = model.asRegister!(operation);
    if (form.kind === 'differs') return false;
    if (form.kind === 'write') return true;
    return canonicalJson(form.kind === 'read' ? form.value : form.from) !== canonicalJson(made.kind === 'write' ? made.value : made.to);
  });
}

function mayBeLeftOutOfCollection({ operation }: Recorded, model: Model, claim: Scope, kept: readonly Pick<TimedOperation, 'operation'>[]): boolean {
  const element = model.element!(operation);
  if (element === undefined || element === EVERY_ELEMENT) return operation.outcome !== 'unknown';
  const is = (other: Value | undefined | typeof EVERY_ELEMENT): boolean => other === EVERY_ELEMENT || (other !== undefined && sameValue(other, element));
  return !kept.some((op) => is(model.element!(op.operation))) && !initially(claim.init).some(is);
}

/** Whether the operation is one of more unknown removals than there are elements to take out. */
function isSurplus({ invoke, operation }: Recorded, model: Model, claim: Scope, kept: readonly TimedOperation[]): boolean {
  if (!model.element || operation.outcome !== 'unknown' || model.element(operation) !== undefined) return false;
  const elements = kept.filter((op) => model.element!(op.operation) !== undefined).length + initially(claim.init).length;
  const earlier = kept.filter((op) => op.call < invoke && op.ret === Number.POSITIVE_INFINITY && isSame(op.operation, operation)).length;
  return earlier >= elements;
}

/** Registers: whether an update to what nobody asks for has as many such writes of unknown outcome before it as there are refused operations. */
function isSurplusUpdate({ invoke, operation }: Recorded, model: Model, kept: readonly TimedOperation[]): boolean {
  if (!model.asRegister) return false;
  const asked = new Set<string>();
  let refused = 0;
  for (const { operation: other } of kept) {
    const form = model.asRegister(other);
    if (form.kind !== 'write') asked.add(canonicalJson(form.kind === 'read' ? form.value : form.from));
    if (form.kind === 'differs') refused++;
  }
  const isUnasked = (update: ModelOperation): boolean => {
    const form = model.asRegister!(update);
    return (form.kind === 'write' && !asked.has(canonicalJson(form.value))) || (form.kind === 'cas' && !asked.has(canonicalJson(form.to)));
  };
  const earlier = kept.filter((op) => op.call < invoke && op.ret === Number.POSITIVE_INFINITY && model.asRegister!(op.operation).kind === 'write');
  return isUnasked(operation) && earlier.filter((op) => isUnasked(op.operation)).length >= refused;
}

function isSame(a: ModelOperation, b: ModelOperation): boolean {
  return a.f === b.f && a.outcome === b.outcome && a.process === b.process && sameValue(a.input, b.input);
}

/** Operations that were left out together with others of their owner: with them it took the lock and gave it back. None where one was refused. */
function leftOutHolds(recorded: readonly Recorded[], model: Model, claim: SubHistoryCertificate, kept: ReadonlySet<Recorded>): ReadonlySet<Recorded> {
  const byOwner = new Map<string, Recorded[]>();
  for (const op of recorded) {
    if (op.invoke > claim.until || op.outcome === 'failed' || !(model.accepts?.(op.operation) ?? true)) continue;
    const hold = model.hold?.(op.operation);
    if (hold === undefined && kept.has(op)) return new Set();
    if (hold === undefined) continue;
    const owner = canonicalJson(hold.by);
    const own = byOwner.get(owner);
    if (own) own.push(op);
    else byOwner.set(owner, [op]);
  }
  return new Set([...byOwner.values()].flatMap((own) => balancedRuns(own, model, kept)));
}

/** Of the operations of one owner: those in runs between kept ones that leave the lock as they found it, or that nothing follows. */
function balancedRuns(own: readonly Recorded[], model: Model, kept: ReadonlySet<Recorded>): Recorded[] {
  if (own.some((op, i) => i + 1 < own.length && (op.complete < 0 || op.complete > own[i + 1]!.invoke))) return [];
  const balanced: Recorded[] = [];
  let run: Recorded[] = [];
  let depth = 0;
  let lowest = 0;
  for (const op of own) {
    if (kept.has(op)) {
      if (depth === 0 && lowest === 0) balanced.push(...run);
      run = [];
      depth = 0;
      lowest = 0;
      continue;
    }
    run.push(op);
    depth += model.hold!(op.operation)!.change === 'taken' ? 1 : -1;
    lowest = Math.min(lowest, depth);
  }
  if (lowest === 0) balanced.push(...run);
  return balanced;
}

/** The elements that are there at first: of a list of pairs, what they begin with. */
function initially(init: Value): readonly Value[] {
  return Array.isArray(init) ? init.flatMap((entry: Value) => (Array.isArray(entry) ? [entry, entry[0] as Value] : [entry])) : [];
}

function isUnseen(update: ModelOperation, model: Model, kept: readonly Pick<TimedOperation, 'operation'>[]): boolean {
  const produced = model.produces?.(update);
  if (produced === undefined) return false;
  return kept.every(({ operation }) => !model.conditional?.includes(operation.f) && !model.shows?.(operation, produced));
}

/** All that a register may hold, as far as the operations can tell: each value they name, and one that they do not. */
function anything(model: Model, operations: readonly TimedOperation[]): Value[] {
  const named = new Map<string, Value>();
  const name = (value: Value): void => void named.set(canonicalJson(value), value);
  for (const { operation } of operations) {
    const form = model.asRegister!(operation);
    if (form.kind === 'cas') {
      name(form.from);
      name(form.to);
    } else name(form.kind === 'differs' ? form.from : form.value);
  }
  let other = 'something else';
  while (named.has(canonicalJson(other))) other += '!';
  return [...named.values(), other];
}

/** `failed-but-visible` says more: that failed operations would have made what was seen. */
function verifyFailed(anomaly: Anomaly, claim: SubHistoryCertificate, model: Model, byInvoke: ReadonlyMap<number, Recorded>): Verification {
  if (anomaly.type !== 'failed-but-visible') return HOLDS;
  const reader = byInvoke.get(claim.failing);
  if (!reader || claim.culprits.length === 0) return refuted('it names no failed operation');
  for (const invoke of claim.culprits) {
    const culprit = byInvoke.get(invoke);
    if (culprit?.outcome !== 'failed' || invoke > claim.until) return refuted(`operation ${invoke} did not fail before`);
    if (!wouldShow(model, reader.operation, { ...culprit.operation, outcome: 'ok' })) return refuted(`operation ${invoke} would not have made what was seen`);
  }
  return HOLDS;
}

function wouldShow(model: Model, reader: ModelOperation, writer: ModelOperation): boolean {
  if (model.asRegister) {
    const seen = model.asRegister(reader);
    const made = model.asRegister(writer);
    const asked = seen.kind === 'read' ? seen.value : seen.kind === 'cas' ? seen.from : undefined;
    const produced = made.kind === 'write' ? made.value : made.kind === 'cas' ? made.to : undefined;
    return asked !== undefined && produced !== undefined && canonicalJson(asked) === canonicalJson(produced);
  }
  const produced = model.produces?.(writer);
  return produced !== undefined && (model.shows?.(reader, produced) ?? false);
}
