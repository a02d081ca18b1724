/**
 * The checker `monotonic`: what one session (a client process) sees of a register never goes back: no version that is
 * certainly older than one it has read (monotonic reads) or written (read your writes; Terry et al., PDIS 1994). Versions
 * are ordered by the time of their writes, or by their value, where registers only grow. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { openQuestions } from './questions.ts';
import { type RegisterVisitor, scanRegisters, type Version } from './scan.ts';

const options = z.strictObject({
  order: z
    .enum(['writes', 'values'])
    .default('writes')
    .describe('What makes a version older: that its write had ended before the other began; or that its number is less (registers that only grow).'),
  write: z.string().default('write').describe('The name of the operation that writes a register (a key): each writes a value of its own.'),
  read: z.string().default('read').describe('The name of the operation that reads it; null is what was there at first.'),
});

export type MonotonicOptions = z.infer<typeof options>;

const TYPES = ['non-monotonic-read', 'missed-own-write'] as const;

interface Finding {
  readonly type: (typeof TYPES)[number];
  readonly before: number;
  readonly at: number;
}

/** See the head of the file. */
export const monotonic: Checker<MonotonicOptions> = {
  name: 'monotonic',
  summary: 'No session sees a register go back behind what it has read or written.',
  options,
  check(history: History, opts: MonotonicOptions, budget: Budget): Result {
    const sessions = new Sessions(history, opts);
    const scan = scanRegisters(history, opts, budget, sessions);
    const of = (type: string): Finding[] => sessions.found.filter((finding) => finding.type === type);
    const stats: Value = {
      reads: scan.reads,
      acknowledged: scan.acknowledged,
      compared: sessions.compared,
      ...Object.fromEntries(TYPES.map((type) => [type, of(type).length])),
    };
    const reasons = openQuestions(scan, opts);
    if (scan.reads > 0 && sessions.compared === 0)
      reasons.push({
        code: 'nothing-compared',
        message: 'no session read a register that it had read or written before',
        remedy: 'Let clients come back to the same keys.',
      });
    const anomalies = scan.foreign > 0 ? [] : TYPES.flatMap((type) => spellOut(of(type), (finding) => tell(history, opts, finding)));
    return conclude('monotonic', stats, anomalies, reasons);
  },
};

/** The newest that a session has seen: an event, and how new it is. */
interface Mark {
  readonly event: number;
  readonly rank: number;
}

class Sessions implements RegisterVisitor {
  readonly found: Finding[] = [];
  compared = 0;
  readonly #history: History;
  readonly #byValue: boolean;
  /** By process, then by key. */
  readonly #read = new Map<number, Map<number, Mark>>();
  readonly #written = new Map<number, Map<number, Mark>>();

  constructor(history: History, { order }: MonotonicOptions) {
    this.#history = history;
    this.#byValue = order === 'values';
  }

  wrote(key: number, { invoked, completed }: Version): void {
    raise(this.#written, this.#history.columns.process[completed]!, key, { event: completed, rank: this.#byValue ? this.#number(invoked) : invoked });
  }

  reading(): void {}

  read(key: number, at: number, version: Version): void {
    const process = this.#history.columns.process[at]!;
    const [read, written] = [this.#read.get(process)?.get(key), this.#written.get(process)?.get(key)];
    // what begins after this is newer than what was read
    const reach = this.#byValue ? this.#number(at) : version.completed;
    if (read !== undefined || written !== undefined) this.compared++;
    if (read !== undefined && read.rank > reach) this.found.push({ type: 'non-monotonic-read', before: read.event, at });
    if (written !== undefined && written.rank > reach) this.found.push({ type: 'missed-own-write', before: written.event, at });
    raise(this.#read, process, key, { event: at, rank: this.#byValue ? reach : version.invoked });
  }

  /** -Infinity where it is none. */
  #number(index: number): number {
    const value = this.#history.value(this.#history.columns.value[index]!);
    return typeof value === 'number' ? value : -Infinity;
  }
}

function raise(marks: Map<number, Map<number, Mark>>, process: number, key: number, mark: Mark): void {
  let own = marks.get(process);
  if (own === undefined) {
    own = new Map();
    marks.set(process, own);
  }
  const before = own.get(key);
  if (before === undefined || mark.rank > before.rank) own.set(key, mark);
}

function tell(history: History, { order, write, read }: MonotonicOptions, { type, before, at }: Finding): Anomaly {
  const seen = history.event(type === 'missed-own-write' ? history.columns.pair[before]! : before).value;
  const { key, value } = history.event(at);
  const did = type === 'missed-own-write' ? 'wrote' : 'read';
  const which = key === undefined ? '' : ` in ${words(key)}`;
  const sentence = `${whoAt(history, at)} ${did} ${words(seen)}${which} at ${whenAt(history, before)}, and read the older ${words(value)} at ${whenAt(history, at)}`;
  return { type, ops: [before, at], sentence, certificate: { kind: `monotonic/${type}`, data: { order, write, read, before, at } } };
}
