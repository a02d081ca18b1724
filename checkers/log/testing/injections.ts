/** Each anomaly, put into a long history that is right otherwise, at random places. */
import type { Rng, Value } from '../../../harness/contracts/index.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import type { LogAnomaly } from '../findings.ts';
import { LongLog } from './long-log.ts';

type Sighting = readonly [offset: number, value: Value];

/** The list of records of one key in an answer. */
interface Answer {
  readonly process: number;
  readonly assigned: boolean;
  readonly key: string;
  readonly records: Sighting[];
}

/** Where the n-th of several anomalies is put. */
interface Scene {
  readonly rng: Rng;
  readonly log: LongLog;
  readonly key: number;
  readonly answers: readonly Answer[];
  /** A random place in the n-th part of so many. */
  spot(length: number): number;
  /** Whether nobody has been here before. */
  isNew(place: unknown): boolean;
}

/** `early` comes before everything; `late` when clients have done, before the final consumer; `edit` changes answers. */
interface Injection {
  readonly early?: (log: LongLog) => Value;
  readonly late?: (scene: Scene, early: Value) => void;
  readonly edit?: (scene: Scene, early: Value) => void;
  /** The final consumer does not see what `late` has added. */
  readonly unread?: true;
}

const AT_END = (log: LongLog, key: number) => log.logs[key]!.length;

/** One operation of a process of its own that sends these to the end of the log, in the order of their offsets. */
function sendsAt({ log, key }: Scene, order: readonly number[]): readonly [asked: Value[], answer: Value[]] {
  const from = AT_END(log, key);
  const values = order.map(() => log.newValue());
  for (const [i, place] of order.entries()) log.logs[key]![from + place] = values[i]!;
  return [values.map((value) => ['send', key, value]), values.map((value, i) => ['send', key, [from + order[i]!, value]])];
}

/** An answer of an assigned consumer of enough records that follow on those that it had before. */
function answerWith({ rng, answers, isNew }: Scene, enough: number): { readonly records: Sighting[]; readonly earlier: Sighting } {
  for (;;) {
    const at = rng.int(0, answers.length - 1);
    const { process, assigned, key, records } = answers[at]!;
    const before = answers.slice(Math.max(0, at - 400), at).findLast((answer) => answer.process === process && answer.key === key);
    const earlier = before?.records.at(-1);
    if (!assigned || records.length < enough || earlier === undefined || records[0]![0] !== earlier[0] + 1) continue;
    if (isNew(records) && isNew(`${key} ${records[0]![0]}`)) return { records, earlier };
  }
}

const failed = (f: 'send' | 'txn') => (log: LongLog) => {
  const value = log.newValue();
  log.done(log.newProcess(), f, [['send', 0, value]], null, 'fail');
  return value;
};

const appended = ({ log }: Scene, value: Value): void => {
  log.logs[0]!.push(value);
};

export const INJECTIONS: Readonly<{ [type in LogAnomaly]: Injection }> = {
  'lost-write': {
    edit: ({ spot, log, key, answers }) => {
      let offset = spot(Math.floor(0.8 * AT_END(log, key)));
      while (log.unknown.has(log.logs[key]![offset]!)) offset++;
      const value = log.logs[key]![offset]!;
      for (const answer of answers) {
        const at = answer.key === String(key) ? answer.records.findIndex(([, each]) => each === value) : -1;
        if (at >= 0) answer.records.splice(at, 1);
      }
    },
  },
  unseen: {
    unread: true,
    late: (scene) => {
      const [asked, answer] = sendsAt(scene, [0]);
      scene.log.done(scene.log.newProcess(), 'send', asked, answer);
    },
  },
  'torn-transaction': {
    late: ({ log, key }) => {
      const [one, two] = [log.newValue(), log.newValue()];
      log.done(
        log.newProcess(),
        'txn',
        [
          ['send', key, one],
          ['send', (key + 1) % 4, two],
        ],
        null,
        'info',
      );
      log.logs[key]!.push(one);
    },
  },
  duplicate: { late: ({ spot, log }) => void log.logs[0]!.push(log.logs[0]![spot(1000)]!) },
  'inconsistent-offsets': {
    early: (log) => {
      const value = log.newValue();
      log.done(log.newProcess(), 'send', [['send', 0, value]], null, 'info');
      return value;
    },
    edit: (scene, value) => {
      const zero = { ...scene, answers: scene.answers.filter(({ key }) => key === '0') };
      const { records } = answerWith(zero, 1);
      records[0] = [records[0]![0], value];
    },
  },
  'aborted-read': { early: failed('txn'), late: appended },
  'failed-but-visible': { early: failed('send'), late: appended },
  unexpected: { late: (scene) => appended(scene, `nobody ${scene.rng.int(0, 1e9)}`) },
  'precommitted-read': {
    late: (scene) => {
      const { log, key } = scene;
      const [asked, answer] = sendsAt(scene, [0]);
      const own = (answer[0] as Value[])[2]!;
      log.done(log.newProcess(), 'txn', [...asked, ['poll']], [...answer, ['poll', { [key]: [own] }]]);
    },
  },
  'nonmonotonic-poll': {
    edit: (scene) => {
      const { records, earlier } = answerWith(scene, 1);
      records.unshift(earlier);
    },
  },
  'int-nonmonotonic-poll': {
    edit: (scene) => {
      const { records } = answerWith(scene, 2);
      records.push(records.at(-1)!);
    },
  },
  'poll-skip': { edit: (scene) => void answerWith(scene, 2).records.shift() },
  'int-poll-skip': { edit: (scene) => void answerWith(scene, 3).records.splice(1, 1) },
  'nonmonotonic-send': {
    late: (scene) => {
      const process = scene.log.newProcess();
      const [asked, answer] = sendsAt(scene, [1, 0]);
      scene.log.done(process, 'send', [asked[0]!], [answer[0]!]);
      scene.log.done(process, 'send', [asked[1]!], [answer[1]!]);
    },
  },
  'int-nonmonotonic-send': {
    late: (scene) => {
      const [asked, answer] = sendsAt(scene, [1, 0]);
      scene.log.done(scene.log.newProcess(), 'send', asked, answer);
    },
  },
  'int-send-skip': {
    late: (scene) => {
      const [asked, answer] = sendsAt(scene, [0, 1, 2]);
      scene.log.done(scene.log.newProcess(), 'send', [asked[1]!], [answer[1]!]);
      scene.log.done(scene.log.newProcess(), 'send', [asked[0]!, asked[2]!], [answer[0]!, answer[2]!]);
    },
  },
  'consumed-twice': {
    late: (scene) => {
      const { log, key } = scene;
      const [asked, answer] = sendsAt(scene, [0]);
      log.done(log.newProcess(), 'send', asked, answer);
      for (let n = 0; n < 2; n++) {
        const process = log.newProcess();
        log.done(process, 'subscribe', [key], [key]);
        log.done(process, 'txn', [['poll']], [['poll', { [key]: [(answer[0] as Value[])[2]!] }]]);
      }
    },
  },
};

/** A history of about so many operations with so many anomalies of one kind, or with none. */
export function injected(rng: Rng, operations: number, times: number, type?: LogAnomaly): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  const log = new LongLog(rng, (event) => events.push(event));
  const { early, late, edit, unread }: Injection = type === undefined ? {} : INJECTIONS[type];
  const prepared = Array.from({ length: times }, () => early?.(log) ?? null);
  log.run(operations);
  const lengths = log.logs.map((each) => each.length);
  const visited = new Set<unknown>();
  const scene = (n: number, answers: readonly Answer[]): Scene => ({
    rng,
    log,
    key: rng.int(0, 3),
    answers,
    spot: (length) => Math.floor((length * n) / times) + rng.int(1, Math.floor(length / times) - 1),
    isNew: (place) => !visited.has(place) && visited.add(place) === visited,
  });
  for (const [n, value] of prepared.entries()) late?.(scene(n, []), value);
  if (unread) for (const [key, length] of lengths.entries()) log.logs[key]!.length = length;
  log.final();
  const answers = edit === undefined ? [] : answersIn(events);
  for (const [n, value] of prepared.entries()) edit?.(scene(n, answers), value);
  return events;
}

/** The lists of records in all answers, so that they can be changed where they stand. */
function answersIn(events: readonly WrittenEvent[]): Answer[] {
  const subscribed = new Set(events.filter(([, , f]) => f === 'subscribe').map(([process]) => process));
  return events.flatMap(([process, type, f, value]) => {
    if (type !== 'ok' || (f !== 'poll' && f !== 'txn')) return [];
    return (value as Value[]).flatMap((item) => {
      if (!Array.isArray(item) || item[0] !== 'poll') return [];
      const found = Object.entries(item[1] as { [key: string]: Sighting[] });
      return found.map(([key, records]): Answer => ({ process: process as number, assigned: !subscribed.has(process), key, records }));
    });
  });
}
