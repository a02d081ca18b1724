/**
 * For people: how far the operations of a minimised sub-history can be put in order, the state after each, and why the one
 * that cannot be explained fits into none of the states that it might have met. No verdict depends on it; the verifier
 * replays it all the same.
 */
import type { Anomaly, Result, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model, type ModelOperation } from '../models/model.ts';
import type { TimedOperation } from '../proof/oracle.ts';
import { replayPrefix } from '../proof/replay-prefix.ts';
import { showState } from '../search/model-space.ts';
import { type CertifiedOperation, type LinearizablePrefix, SUB_HISTORY, type SubHistoryCertificate } from './finding.ts';
import { NOBODYS } from './sub-history.ts';
import { inWords } from './wording.ts';

/** How many (set, state) pairs to look at: what has not been found by then is not shown. */
const LIMIT = 20_000;
/** Nobody reads the order of more operations. */
const MOST = 60;

/** The result with a prefix in each certificate for which one is found soon. */
export function withPrefixes(result: Result, model: Model): Result {
  if (result.valid !== false) return result;
  const told = (anomaly: Anomaly): Anomaly => {
    const { kind, data } = anomaly.certificate;
    const certificate = data as unknown as SubHistoryCertificate;
    const prefix = kind === SUB_HISTORY ? prefixOf(model, certificate) : undefined;
    return prefix === undefined ? anomaly : { ...anomaly, certificate: { kind, data: { ...certificate, prefix } as unknown as Value } };
  };
  const [first, ...rest] = result.anomalies;
  return { ...result, anomalies: [told(first), ...rest.map(told)] };
}

/** The longest linearizable prefix: an order of all other operations that counted by then. Undefined where it is not found soon. */
function prefixOf(model: Model, certificate: SubHistoryCertificate): LinearizablePrefix | undefined {
  const others = certificate.ops.filter(({ invoke }) => invoke !== certificate.failing).map((op) => timedOperation(model, op));
  const failing = certificate.ops.find(({ invoke }) => invoke === certificate.failing);
  if (failing === undefined || others.length > MOST) return undefined;
  const last = timedOperation(model, failing);
  for (const init of statesAtFirst(model, certificate, others)) {
    const order = orderOf(model, others, last.ret, init);
    if (order === undefined) continue;
    let state = init;
    const placed = order.map((i) => {
      state = model.step(state, others[i]!.operation);
      return { invoke: others[i]!.call, state: showState(model, state) };
    });
    // that nobody names is no state to show
    if (placed.some((each) => each.state === NOBODYS)) continue;
    // what had returned before the operation began stands before it
    const settled = order.reduce((end, i, place) => (others[i]!.ret < last.call ? place + 1 : end), 0);
    const prefix: LinearizablePrefix = {
      ...(certificate.from === null && { init: showState(model, init) }),
      order: placed,
      settled,
      refusals: certificate.states.map((each) => ({ state: each, why: refusalInWords(model, last.operation, each) })),
    };
    // what the verifier would refuse must not cost the conviction
    return replayPrefix(prefix, [...others, last], certificate.failing, model, [init]).ok ? prefix : undefined;
  }
  return undefined;
}

/** From the beginning the model's own; from the middle of a register's history whatever its operations ask for. */
function statesAtFirst(model: Model, { from }: SubHistoryCertificate, operations: readonly TimedOperation[]): unknown[] {
  if (from === null) return [model.init];
  const asked = operations.flatMap(({ operation }): Value[] => {
    const form = model.asRegister?.(operation);
    return form?.kind === 'read' ? [form.value] : form?.kind === 'cas' ? [form.from] : [];
  });
  return model.asRegister ? [NOBODYS, ...new Map(asked.map((value) => [canonicalJson(value), value])).values()] : [];
}

/** An operation of a certificate as the brute-force searches take it. */
function timedOperation({ ownerAware }: Model, { f, input, output, outcome, invoke, complete, process }: CertifiedOperation): TimedOperation {
  const known = outcome !== 'unknown' && complete !== null;
  const operation = { f, input, output: known ? output : undefined, outcome, ...(ownerAware && { process }) };
  return { operation, call: invoke, ret: known ? complete : Number.POSITIVE_INFINITY };
}

/** Positions of `operations` in an order that the model accepts: all that returned, and of the others as few as it takes. */
function orderOf(model: Model, operations: readonly TimedOperation[], until: number, init: unknown): number[] | undefined {
  const seen = new Set<string>();
  const done = operations.map(() => '0');
  const order: number[] = [];
  const place = (state: unknown): boolean => {
    const firstReturn = operations.reduce((first, { ret }, i) => (done[i] === '0' ? Math.min(first, ret) : first), Number.POSITIVE_INFINITY);
    if (firstReturn === Number.POSITIVE_INFINITY) return true;
    const key = `${done.join('')} ${canonicalJson(showState(model, state))}`;
    if (seen.has(key) || seen.size >= LIMIT) return false;
    seen.add(key);
    // what returns first goes first where it can, what may never have happened last
    const able = [...operations.keys()].filter((i) => done[i] === '0' && operations[i]!.call < firstReturn && operations[i]!.call < until);
    able.sort((a, b) => operations[a]!.ret - operations[b]!.ret || operations[a]!.call - operations[b]!.call);
    return able.some((i) => {
      const next = model.step(state, operations[i]!.operation);
      if (next === INCONSISTENT) return false;
      done[i] = '1';
      order.push(i);
      if (place(next)) return true;
      done[i] = '0';
      order.pop();
      return false;
    });
  };
  return place(init) ? order : undefined;
}

/** Why the operation cannot happen in a state: `a read returns 7`, `cas 5 → 9 finds 7`. */
function refusalInWords(model: Model, op: ModelOperation, state: Value): string {
  const form = model.asRegister?.(op);
  if (form?.kind === 'read') return `a ${op.f} returns ${inWords(state)}, not ${inWords(form.value)}`;
  if (form?.kind === 'cas') return `a ${op.f} finds ${inWords(state)}, not ${inWords(form.from)}`;
  if (form?.kind === 'differs') return `a ${op.f} finds ${inWords(form.from)} and is not refused`;
  if (model.observers?.includes(op.f)) return `a ${op.f} cannot give ${inWords(op.output)}`;
  return `${op.f} cannot happen`;
}
