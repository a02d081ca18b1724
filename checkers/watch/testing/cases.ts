/** What `watch` means, spelled out; small random histories; long right ones and what can be put into them. */
import type { Event, History, Rng, Value } from '../../../harness/contracts/index.ts';
import type { Definition, RandomHistory } from '../../testing/against-definition.ts';
import type { Injections } from '../../testing/find-injected.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { WATCH_ANOMALIES } from '../judge.ts';
import { type WatchCheckOptions, watch } from '../watch.ts';

type Change = [revision: number, key: string, value: Value];

interface Told {
  readonly at: number;
  /** What comes first says what the change is. */
  readonly order: number;
  readonly change: Change;
}

function naive(history: History, { order, caughtUpAfter }: WatchCheckOptions): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const end = (asked: Event) => events.find((e) => e.index > asked.index && e.process === asked.process);
  const puts = events.filter((e) => e.f === 'put' && e.type === 'invoke');
  const quiet = Math.max(-1, ...events.filter((e) => e.f === 'put').map((e) => e.index));
  const acks = puts
    .filter((e) => end(e)?.type === 'ok' && end(e)!.value !== null)
    .map((e): Told => ({ at: end(e)!.index, order: e.index, change: [end(e)!.value as number, String(e.key), e.value] }));
  const answers = events.filter((e) => e.f === 'watch' && e.type === 'ok');
  const brought = answers.flatMap((e) => (e.value as { events: Change[] }).events.map((change): Told => ({ at: e.index, order: e.index, change })));
  const told = [...acks, ...brought].sort((a, b) => a.order - b.order);
  const same = (a: Change, b: Change) => a[0] === b[0] && a[1] === b[1];
  const changes = told.filter((one, i) => !told.slice(0, i).some((other) => same(one.change, other.change)));
  const found: string[] = [];
  for (const { change } of changes) {
    if (told.some((other) => same(other.change, change) && other.change[2] !== change[2])) found.push(`conflicting ${change[0]} ${change[1]}`);
    const bad = brought.find(
      (one) =>
        same(one.change, change) && !puts.some((e) => e.index < one.at && String(e.key) === change[1] && e.value === change[2] && end(e)?.type !== 'fail'),
    );
    if (bad !== undefined && puts.length > 0) {
      const failed = puts.some((e) => e.index < bad.at && String(e.key) === change[1] && e.value === change[2]);
      found.push(`${failed ? 'failed-but-visible' : 'unexpected'} ${change[0]} ${change[1]}`);
    }
  }
  for (const stream of streamsIn(events)) {
    const got = stream.answers.flatMap((e) => (e.value as { events: Change[] }).events.map((change) => ({ change, at: e.index })));
    const inScope = (a: Change, b: Change) => order === 'revision' || a[1] === b[1];
    for (const [i, { change, at }] of got.entries()) {
      const before = got.slice(0, i).map((one) => one.change);
      if (before.some((earlier) => same(earlier, change))) found.push(`duplicated ${change[0]} ${change[1]} ${at}`);
      else if (before.some((earlier) => inScope(earlier, change) && earlier[0] > change[0])) found.push(`reordered ${change[0]} ${change[1]} ${at}`);
    }
    const last = stream.answers.at(-1);
    if (last === undefined) continue;
    const asked = (e: Event) => events.findLast((other) => other.process === e.process && other.type === 'invoke' && other.index < e.index)!.index;
    const tail = stream.answers.slice(-caughtUpAfter);
    const final = tail.length === caughtUpAfter && tail.every((e) => asked(e) > quiet && (e.value as { events: Change[] }).events.length === 0);
    const progress = Math.max(-Infinity, ...stream.answers.map((e) => (e.value as { revision?: number }).revision ?? -Infinity));
    for (const { change } of changes) {
      if (stream.key !== undefined && stream.key !== change[1]) continue;
      const scoped = got.map((one) => one.change).filter((one) => inScope(one, change));
      const first = scoped[0]?.[0];
      const began = stream.from === undefined ? first !== undefined && first <= change[0] : stream.from < change[0];
      if (!began || got.some((one) => same(one.change, change))) continue;
      const passed = progress >= change[0] || scoped.some((one) => one[0] > change[0]);
      if (passed || final) found.push(`${passed ? 'gap' : 'undelivered'} ${change[0]} ${change[1]} ${last.index}`);
    }
  }
  return found;
}

function streamsIn(events: readonly Event[]) {
  const streams: { readonly process: Event['process']; readonly key: string | undefined; readonly from: number | undefined; readonly answers: Event[] }[] = [];
  for (const event of events) {
    if (event.f !== 'watch') continue;
    const key = event.key === undefined ? undefined : String(event.key);
    const current = streams.findLast((stream) => stream.process === event.process && stream.key === key);
    const from = event.type === 'invoke' ? (event.value as { from?: number } | null)?.from : undefined;
    if (event.type === 'invoke' && (current === undefined || from !== undefined)) streams.push({ process: event.process, key, from, answers: [] });
    else if (event.type === 'ok') current!.answers.push(event);
  }
  return streams;
}

/** Writers, and watchers of all keys or one; half of the histories are right. */
function random(rng: Rng): RandomHistory {
  const below = (limit: number) => rng.int(0, limit - 1);
  const wild = below(2) * below(10);
  const isWild = () => below(20) < wild;
  const events: WrittenEvent[] = [];
  const changes: Change[] = [];
  const positions = new Map<string, number>();
  let next = 1;
  let process = 10;
  const answer = (who: number, key: string | undefined, value: Value, everything: boolean): void => {
    const extras = key === undefined ? {} : { key };
    const name = `${who} ${key}`;
    const from = (value as { from?: number } | null)?.from;
    if (from !== undefined)
      positions.set(name, changes.findIndex(([revision]) => revision > from) < 0 ? changes.length : changes.findIndex(([revision]) => revision > from));
    const at = positions.get(name) ?? below(changes.length + 1);
    const isIts = (change: Change) => key === undefined || change[1] === key;
    let to = everything ? changes.length : Math.min(changes.length, at + below(4));
    // an answer is empty where nothing more is there
    while (wild === 0 && to < changes.length && !changes.slice(at, to).some(isIts)) to++;
    positions.set(name, isWild() ? below(changes.length + 1) : to);
    const brought = changes.slice(isWild() ? below(changes.length + 1) : at, to).filter(isIts);
    if (isWild() && brought.length > 1) brought.reverse();
    if (isWild()) brought.push([below(8), String(below(2)), below(next + 1)]);
    const progress = to > 0 && below(3) === 0 ? { revision: isWild() ? below(8) : changes[to - 1]![0] } : {};
    events.push(
      [who, 'invoke', 'watch', value, extras],
      [who, below(12) === 0 && !everything ? 'info' : 'ok', 'watch', { events: brought, ...progress }, extras],
    );
  };
  const watchers = [0, 1, 2].map(() => ({ process: process++, key: below(2) === 0 ? undefined : String(below(2)), begun: false }));
  for (let step = below(14) + 2; step > 0; step--) {
    if (below(2) === 0) {
      const key = below(2);
      const value = isWild() ? below(next + 1) : next++;
      const how = below(8);
      const revision = isWild() ? below(8) : (changes.at(-1)?.[0] ?? 0) + 1 + below(2);
      events.push([5, 'invoke', 'put', value, { key }]);
      const happens = how > 1 || (how === 0 && below(2) === 0) || isWild();
      if (happens) changes.push([revision, String(key), value]);
      if (how === 0) events.push([5, 'ok', 'put', null, { key }]);
      else events.push([5, how === 1 ? 'fail' : 'ok', 'put', how === 1 ? null : revision, { key }]);
      if (how === 0 && !happens) changes.push([revision, String(key), value]);
    } else {
      const who = watchers[below(3)]!;
      const value = who.begun && below(5) > 0 ? null : below(3) === 0 ? null : { from: changes[below(changes.length + 1)]?.[0] ?? 0 };
      answer(who.process, who.key, value, false);
      who.begun = true;
      if (events.at(-1)![1] === 'info') {
        who.process = process++;
        who.begun = false;
      }
    }
  }
  for (const { process: who, key, begun } of watchers) {
    if (below(3) === 0) continue;
    answer(who, key, begun ? null : { from: 0 }, wild === 0 || below(2) === 0);
    for (let n = below(3); n > 0; n--) answer(who, key, null, true);
  }
  return { events, right: wild === 0 };
}

export const definition: Definition<WatchCheckOptions> = {
  checker: watch,
  random,
  excused: [],
  options: (n) => watch.options.parse({ order: n % 3 === 0 ? 'key' : 'revision', caughtUpAfter: 1 + (n % 2) }),
  naive,
  line: ({ type }, { key, revision, at }) =>
    ['gap', 'undelivered', 'reordered', 'duplicated'].includes(type) ? `${type} ${revision} ${key} ${at}` : `${type} ${revision} ${key}`,
};

/** Emits writes, and three watchers that bring what there is now and then; in the end everything. */
export function longRun(rng: Rng, operations: number, emit: (event: WrittenEvent) => void): void {
  const changes: Change[] = [];
  const positions = [0, 0, 0];
  const read = (watcher: number, value: Value): void => {
    const brought = changes.slice(positions[watcher]!);
    positions[watcher] = changes.length;
    emit([watcher, 'invoke', 'watch', value]);
    emit([watcher, 'ok', 'watch', { events: brought }]);
  };
  for (const watcher of [0, 1, 2]) read(watcher, { from: 0 });
  for (let n = 0; n < operations; n++) {
    if (n % 8 === 0) read(rng.int(0, 2), null);
    const key = rng.int(0, 9);
    const outcome = rng.int(0, 199);
    const revision = 2 * changes.length + 1;
    emit([3, 'invoke', 'put', n, { key }]);
    if (outcome > 0) changes.push([revision, String(key), n]);
    emit([3, outcome > 0 ? 'ok' : 'fail', 'put', outcome > 0 ? revision : null, { key }]);
  }
  for (let n = 0; n < 4; n++) for (const watcher of [0, 1, 2]) read(watcher, null);
}

function build(rng: Rng, operations: number, times: number, type: string | undefined): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  longRun(rng, operations, (event) => events.push(event));
  if (type === undefined) return events;
  const answers = events
    .flatMap(([, kind, f, value]) => (kind === 'ok' && f === 'watch' ? [(value as { events: Change[] }).events] : []))
    .filter((list) => list.length > 2);
  const failed = events.filter(([, kind, f], i) => kind === 'invoke' && f === 'put' && events[i + 1]![1] === 'fail');
  const part = Math.floor((answers.length - 3) / times);
  for (let n = 0; n < times; n++) {
    const list = answers[n * part + rng.int(0, part - 1)]!;
    const at = rng.int(1, list.length - 2);
    const [revision, key] = list[at]!;
    if (type === 'gap') list.splice(at, 1);
    else if (type === 'undelivered') undelivered(events, n);
    else if (type === 'reordered') list.splice(at, 2, list[at + 1]!, list[at]!);
    else if (type === 'duplicated') list.splice(at, 0, list[at]!);
    else if (type === 'conflicting') list[at] = [revision, key, 'other'];
    else {
      // between two revisions, seen by this stream in its place, and by all that come past it
      const [, , , value, extras] = failed[n]!;
      const change: Change = type === 'unexpected' ? [revision + 1, key, `nobody ${n}`] : [revision + 1, String(extras!.key), value];
      for (const each of answers) {
        const place = each.findIndex((one) => one[0] === revision);
        if (place >= 0) each.splice(place + 1, 0, change);
      }
      if (type === 'failed-but-visible') events.unshift([9, 'invoke', 'put', value, extras!], [9, 'fail', 'put', null, extras!]);
    }
  }
  return events;
}

/** A write before the final answers, which two of the three bring. */
function undelivered(events: WrittenEvent[], n: number): void {
  const revision = 4 * events.length + n;
  events.splice(events.length - 24, 0, [3, 'invoke', 'put', `last ${n}`, { key: 0 }], [3, 'ok', 'put', revision, { key: 0 }]);
  for (const answer of [events.at(-23)!, events.at(-21)!]) (answer[3] as { events: Change[] }).events.push([revision, '0', `last ${n}`]);
}

export const injections: Injections<WatchCheckOptions> = { checker: watch, options: watch.options.parse({}), types: WATCH_ANOMALIES, build };
