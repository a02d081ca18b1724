/**
 * What a register could hold between two moments, under some legal order of the operations of a small sub-history. For the
 * picture only: the verdict and its certificate do not depend on it.
 *
 * A configuration is the set of operations that have taken effect and the value after them. The sets reachable between
 * consecutive ends of operations form levels; those from which the last level cannot be reached are pruned afterwards.
 */
import type { CertifiedOperation } from '../../../checkers/linearizability/counterexample/finding.ts';
import type { Value } from '../../../harness/contracts/index.ts';
import type { LegalSegment, MomentView } from '../report-view.ts';
import { valueInWords } from '../wording.ts';

/** Beyond these the row is left out: there would be nothing to see anyway. */
const OPERATIONS = 14;
const CONFIGURATIONS = 4_000;

/** A value nobody knows: the register before the first operation that counts. */
const ANYTHING = null;

interface Configuration {
  readonly done: number;
  /** Canonical text of the value, or ANYTHING. */
  readonly value: string | null;
  readonly from: Configuration[];
  alive: boolean;
}

type Level = Map<string, Configuration>;

/** Whether these operations are of a register. */
export function isRegister(ops: readonly CertifiedOperation[]): boolean {
  return ops.every(({ f, input }) => f === 'read' || f === 'write' || (f === 'cas' && Array.isArray(input) && input.length === 2));
}

/**
 * Segments up to the moment `last`; undefined where there are too many operations, or where no order of them is legal.
 * `initial` is undefined where the register may hold anything at first.
 */
export function legalValues(ops: readonly CertifiedOperation[], initial: Value | undefined, last: MomentView): LegalSegment[] | undefined {
  if (ops.length > OPERATIONS || !isRegister(ops)) return undefined;
  const moments = ops
    .flatMap((op, bit) => [
      { at: { event: op.invoke, time: op.start }, bit, call: true },
      ...(op.end === null || op.complete === null ? [] : [{ at: { event: op.complete, time: op.end }, bit, call: false }]),
    ])
    .filter((moment) => moment.at.event <= last.event)
    .sort((a, b) => a.at.event - b.at.event);
  const first: Configuration = { done: 0, value: initial === undefined ? ANYTHING : textOf(initial), from: [], alive: false };
  let level: Level = new Map([[keyOf(first.done, first.value), first]]);
  const levels: { readonly at: MomentView; readonly level: Level }[] = [];
  let open = 0;
  for (const { at, bit, call } of moments) {
    const next: Level = new Map();
    for (const configuration of level.values()) {
      if (call || (configuration.done & (1 << bit)) !== 0) put(next, configuration.done, configuration.value, configuration);
    }
    if (call) open |= 1 << bit;
    close(next, ops, open);
    if (next.size === 0 || next.size > CONFIGURATIONS) return undefined;
    levels.push({ at, level: next });
    level = next;
  }
  for (const configuration of level.values()) revive(configuration);
  return segmentsOf(levels, last);
}

/** Adds whatever the operations called so far can lead to. */
function close(level: Level, ops: readonly CertifiedOperation[], open: number): void {
  for (const configuration of level.values()) {
    for (let bit = 0; bit < ops.length; bit++) {
      if ((open & (1 << bit)) === 0 || (configuration.done & (1 << bit)) !== 0) continue;
      const value = after(configuration.value, ops[bit]!);
      if (value !== undefined && level.size <= CONFIGURATIONS) put(level, configuration.done | (1 << bit), value, configuration);
    }
  }
}

/** The value after the operation; undefined where it cannot happen. */
function after(value: string | null, { f, input, output, outcome }: CertifiedOperation): string | null | undefined {
  if (f === 'write') return textOf(input);
  if (f === 'read') {
    if (outcome === 'unknown') return value;
    return value === ANYTHING || value === textOf(output) ? textOf(output) : undefined;
  }
  const [from, to] = input as readonly [Value, Value];
  if (outcome === 'refused') return value !== textOf(from) ? value : undefined;
  return value === ANYTHING || value === textOf(from) ? textOf(to) : undefined;
}

function put(level: Level, done: number, value: string | null, from: Configuration): void {
  const key = keyOf(done, value);
  const known = level.get(key);
  if (known === undefined) level.set(key, { done, value, from: [from], alive: false });
  else if (known !== from) known.from.push(from);
}

function revive(last: Configuration): void {
  const waiting = [last];
  for (let configuration = waiting.pop(); configuration !== undefined; configuration = waiting.pop()) {
    if (configuration.alive) continue;
    configuration.alive = true;
    waiting.push(...configuration.from);
  }
}

function segmentsOf(levels: readonly { readonly at: MomentView; readonly level: Level }[], last: MomentView): LegalSegment[] {
  const segments: LegalSegment[] = [];
  levels.forEach(({ at, level }, i) => {
    const alive = [...level.values()].filter((configuration) => configuration.alive);
    const anything = alive.some((configuration) => configuration.value === ANYTHING);
    const values = anything ? [] : [...new Set(alive.map(({ value }) => valueInWords(JSON.parse(value ?? 'null') as Value)))];
    const to = levels[i + 1]?.at ?? last;
    const before = segments.at(-1);
    if (before !== undefined && before.values.join() === values.join()) segments[segments.length - 1] = { ...before, to };
    else if (to.event > at.event) segments.push({ from: at, to, values });
  });
  return segments;
}

const textOf = (value: Value): string => JSON.stringify(value);
const keyOf = (done: number, value: string | null): string => `${done} ${value}`;
