/** What `log` means, spelled out over all pairs of things: the oracle for small histories. */
import type { Event, History, Value } from '../../../harness/contracts/index.ts';

interface Rec {
  readonly key: string;
  readonly value: Value;
  readonly offset: number | null;
}

interface Op {
  readonly process: Event['process'];
  readonly f: string;
  readonly invoke: number;
  readonly end: number;
  readonly ok: boolean;
  readonly fail: boolean;
  readonly sends: readonly Rec[];
  readonly polls: number;
  readonly records: readonly Rec[];
  /** Records and what breaks a consumer's reading, in their order. */
  readonly tokens: readonly Token[];
}

type Token = { readonly at: number; readonly rec: Rec } | { readonly breaks: readonly string[] | 'all' };

interface NaiveOptions {
  readonly allow: readonly string[];
  readonly rebalances: 'any-time' | 'recorded';
  readonly group: 'exactly-once' | 'at-least-once';
  readonly caughtUpAfter: number;
}

/** Every anomaly as a line, in order; cubic. */
export function naiveLogAnomalies(history: History, options: NaiveOptions): string[] {
  const ops = operations(history, options);
  const found = [
    ...places(ops),
    ...reads(ops),
    ...polls(ops),
    ...sends(ops),
    ...losses(history, ops, options),
    ...(options.group === 'exactly-once' ? twice(ops) : []),
  ];
  return found.filter((line) => !options.allow.includes(line.split(' ')[0]!));
}

function operations(history: History, { rebalances }: NaiveOptions): Op[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const ops: Op[] = [];
  const group = new Map<Event['process'], boolean>();
  for (const invoked of events) {
    if (invoked.type !== 'invoke') continue;
    const done = events.find((e) => e.index > invoked.index && e.process === invoked.process);
    const ok = done?.type === 'ok';
    const base = { process: invoked.process, f: invoked.f, invoke: invoked.index, end: done?.index ?? invoked.index, ok, fail: done?.type === 'fail' };
    if (invoked.f === 'assign' || invoked.f === 'subscribe') {
      group.set(invoked.process, invoked.f === 'subscribe');
      ops.push({ ...base, sends: [], polls: 0, records: [], tokens: [{ breaks: 'all' }] });
      continue;
    }
    const sent: Rec[] = [];
    const tokens: Token[] = [];
    let polled = 0;
    for (const mop of (ok ? done.value : invoked.value) as readonly (readonly Value[])[]) {
      if (mop[0] === 'send') {
        const [offset, value] = ok ? (mop[2] as [number | null, Value]) : [null, mop[2]!];
        sent.push({ key: String(mop[1]), value, offset });
      } else if (mop[0] === 'rebalance') tokens.push({ breaks: (mop[1] as readonly Value[]).map(String) });
      else {
        if (group.get(invoked.process) && rebalances === 'any-time' && !(invoked.f === 'txn' && polled > 0)) tokens.push({ breaks: 'all' });
        polled++;
        if (!ok) tokens.push({ breaks: 'all' });
        const found = (ok ? mop[1] : {}) as Readonly<Record<string, readonly [number, Value][]>>;
        for (const key of Object.keys(found)) for (const [offset, value] of found[key]!) tokens.push({ at: base.end, rec: { key, offset, value } });
      }
    }
    ops.push({ ...base, sends: sent, polls: polled, tokens, records: tokens.flatMap((t) => ('rec' in t ? [t.rec] : [])) });
  }
  return ops;
}

const same = (a: Rec, b: Rec) => a.key === b.key && a.value === b.value;
const unique = (lines: string[]) => [...new Set(lines)];
const all = (ops: readonly Op[]) =>
  ops.flatMap((op) => [...op.sends.map((rec) => ({ op, rec, poll: false })), ...op.records.map((rec) => ({ op, rec, poll: true }))]);
const attempts = (ops: readonly Op[], rec: Rec) => ops.filter((op) => !op.fail).flatMap((op) => op.sends.filter((s) => same(s, rec))).length;
const offsetsOf = (ops: readonly Op[], rec: Rec) => new Set(all(ops).flatMap(({ rec: r }) => (same(r, rec) && r.offset !== null ? [r.offset] : [])));

function places(ops: readonly Op[]): string[] {
  const found: string[] = [];
  for (const { rec } of all(ops)) {
    if (offsetsOf(ops, rec).size > Math.max(1, attempts(ops, rec))) found.push(`duplicate ${rec.key} ${rec.value}`);
    if (rec.offset !== null && all(ops).some(({ rec: r }) => r.key === rec.key && r.offset === rec.offset && r.value !== rec.value))
      found.push(`inconsistent-offsets ${rec.key} ${rec.offset}`);
  }
  return unique(found);
}

function reads(ops: readonly Op[]): string[] {
  const found: string[] = [];
  const told = new Set<string>();
  // in the order in which the operations were invoked, one for each value
  for (const op of ops) {
    for (const rec of op.records) {
      const before = ops.filter((o) => o.invoke < op.end && o.sends.some((s) => same(s, rec)));
      if (op.f === 'txn' && op.sends.some((s) => same(s, rec))) found.push(`precommitted-read ${op.end}`);
      if (before.some((o) => !o.fail) || told.has(`${rec.key} ${rec.value}`)) continue;
      told.add(`${rec.key} ${rec.value}`);
      const type = before.length === 0 ? 'unexpected' : before[0]!.f === 'txn' ? 'aborted-read' : 'failed-but-visible';
      found.push(`${type} ${rec.key} ${rec.value}`);
    }
  }
  return [...found.filter((line) => !line.startsWith('pre')), ...unique(found.filter((line) => line.startsWith('pre')))];
}

interface Step {
  readonly a: { readonly at: number; readonly rec: Rec };
  readonly b: { readonly at: number; readonly rec: Rec };
}

/** Records that one consumer got one after the other. */
function steps(ops: readonly Op[]): Step[] {
  const found: Step[] = [];
  for (const process of new Set(ops.map((op) => op.process))) {
    const tokens = ops.filter((op) => op.process === process).flatMap((op) => op.tokens);
    for (const [i, b] of tokens.entries()) {
      if (!('rec' in b)) continue;
      const last = tokens.slice(0, i).findLast((t) => ('rec' in t ? t.rec.key === b.rec.key : t.breaks === 'all' || t.breaks.includes(b.rec.key)));
      if (last !== undefined && 'rec' in last) found.push({ a: last, b });
    }
  }
  return found;
}

/** Whether somebody polled something at an offset of the key strictly between, that may have been sent. */
const seenBetween = (ops: readonly Op[], key: string, from: number, to: number) =>
  ops.some((op) => op.records.some((r) => r.key === key && r.offset! > from && r.offset! < to && attempts(ops, r) > 0));

function polls(ops: readonly Op[]): string[] {
  return steps(ops).flatMap(({ a, b }) => {
    const name = (type: string) => [`${a.at === b.at ? 'int-' : ''}${type} ${b.rec.key} ${a.at}@${a.rec.offset} ${b.at}@${b.rec.offset}`];
    if (b.rec.offset! <= a.rec.offset!) return name('nonmonotonic-poll');
    return seenBetween(ops, b.rec.key, a.rec.offset!, b.rec.offset!) ? name('poll-skip') : [];
  });
}

function sends(ops: readonly Op[]): string[] {
  const found: string[] = [];
  const known = ops.flatMap((op) => (op.fail ? [] : op.sends.map((rec) => ({ op, rec, offset: standsAt(ops, rec) })))).filter((s) => s.offset !== null);
  for (const [i, later] of known.entries()) {
    const earlier = known.slice(0, i).findLast((s) => s.op.process === later.op.process && s.rec.key === later.rec.key);
    if (earlier === undefined) continue;
    const internal = earlier.op === later.op;
    const what = `${later.rec.key} ${earlier.rec.value} ${later.rec.value}`;
    if (later.offset! <= earlier.offset!) found.push(`${internal ? 'int-' : ''}nonmonotonic-send ${what}`);
    else if (internal && seenBetween(ops, later.rec.key, earlier.offset!, later.offset!)) found.push(`int-send-skip ${what}`);
  }
  return found;
}

function standsAt(ops: readonly Op[], rec: Rec): number | null {
  if (rec.offset !== null) return rec.offset;
  const offsets = [...offsetsOf(ops, rec)];
  return attempts(ops, rec) === 1 && offsets.length === 1 ? offsets[0]! : null;
}

function losses(history: History, ops: readonly Op[], { caughtUpAfter }: NaiveOptions): string[] {
  const found: string[] = [];
  const polled = (rec: Rec) => ops.some((op) => op.records.some((r) => same(r, rec)));
  const phases = Array.from({ length: history.length }, (_, i) => history.event(i)).filter((e) => e.f === 'phase');
  const sending = ops.filter((op) => op.sends.length > 0).map((op) => op.end);
  const quiet = phases.length > 0 ? (phases.findLast((e) => e.value === 'final-reads')?.index ?? Infinity) : Math.max(-1, ...sending);
  const finals = finalRuns(history, ops, quiet, caughtUpAfter);
  const end = (key: string) => finals.some((f) => f.caughtUp && f.reads(key));
  for (const op of ops.filter((o) => o.ok)) {
    for (const rec of op.sends) {
      if (polled(rec)) continue;
      const everywhere = ops.filter((o) => o.ok).flatMap((o) => o.sends.filter((s) => same(s, rec) && s.offset !== null));
      const lost = everywhere.some(
        ({ offset }) =>
          steps(ops).some(({ a, b }) => b.rec.key === rec.key && a.rec.offset! < offset! && b.rec.offset! > offset!) ||
          finals.some((f) => f.reads(rec.key) && f.records.some((r) => r.key === rec.key && r.offset! > offset!)),
      );
      if (lost) found.push(`lost-write ${rec.key} ${rec.value}`);
      else if (end(rec.key)) found.push(`unseen ${rec.key} ${rec.value}`);
    }
  }
  for (const op of ops.filter((o) => o.f === 'txn' && !o.ok && !o.fail)) {
    const own = op.sends.filter((rec) => attempts(ops, rec) === 1);
    if (own.some(polled) && own.some((rec) => !polled(rec) && end(rec.key))) found.push(`torn-transaction ${op.invoke}`);
  }
  return unique(found);
}

/** What consumers that were new after `quiet` read from the beginning, up to the first break. */
function finalRuns(history: History, ops: readonly Op[], quiet: number, caughtUpAfter: number) {
  return [...new Set(ops.map((op) => op.process))].flatMap((process) => {
    const own = ops.filter((op) => op.process === process);
    const chosen = own.filter((op) => op.f === 'assign' || op.f === 'subscribe');
    if (own[0]!.invoke <= quiet || chosen.length > 1) return [];
    const [choice] = chosen;
    if (choice !== undefined && (choice.f !== 'assign' || !choice.ok || own.some((op) => op.invoke < choice.invoke && op.polls > 0))) return [];
    const keys = choice === undefined ? undefined : (history.event(choice.invoke).value as readonly Value[]).map(String);
    const after = own.filter((op) => op !== choice);
    const records: Rec[] = [];
    let empty = 0;
    let caughtUp = false;
    for (const op of after) {
      const breakAt = op.tokens.findIndex((token) => 'breaks' in token);
      records.push(...op.tokens.slice(0, breakAt < 0 ? undefined : breakAt).flatMap((t) => ('rec' in t ? [t.rec] : [])));
      if (breakAt >= 0) break;
      if (op.polls === 0) continue;
      empty = op.records.length === 0 ? empty + 1 : 0;
      caughtUp ||= empty >= caughtUpAfter;
    }
    return [{ records, caughtUp, reads: (key: string) => keys === undefined || keys.includes(key) }];
  });
}

function twice(ops: readonly Op[]): string[] {
  const grouped = ops.filter(
    (op) => op.f === 'txn' && op.ok && ops.findLast((o) => o.process === op.process && o.invoke < op.invoke && /assign|subscribe/.test(o.f))?.f === 'subscribe',
  );
  return unique(
    grouped.flatMap((op) =>
      op.records
        .filter((r) => grouped.some((o) => o !== op && o.records.some((s) => s.key === r.key && s.offset === r.offset)))
        .map((r) => `consumed-twice ${r.key} ${r.offset}`),
    ),
  );
}
