/** What `ttl` means, spelled out; small random histories; long right ones and what can be put into them. */
import type { Event, History, Rng, Value } from '../../../harness/contracts/index.ts';
import type { Definition, RandomHistory } from '../../testing/against-definition.ts';
import type { Injections } from '../../testing/find-injected.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { TTL_ANOMALIES, type TtlCheckOptions, ttl } from '../ttl.ts';

const MS = 1e6;

function naive(history: History, { ttlMs, epsilonMs }: TtlCheckOptions): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const end = (asked: Event) => events.find((e) => e.index > asked.index && e.process === asked.process);
  const lives = (put: Event) => ((put.value as { ttl?: number }).ttl ?? ttlMs) * MS;
  const writes = events.filter((e) => e.type === 'invoke' && (e.f === 'put' || e.f === 'delete') && end(e)?.type !== 'fail');
  return events
    .filter((e) => e.f === 'get' && e.type === 'ok')
    .flatMap((read) => {
      const asked = events.findLast((e) => e.process === read.process && e.type === 'invoke' && e.index < read.index)!;
      const before = writes.filter((e) => e.key === read.key && e.index < read.index);
      if (read.value !== null) {
        const same = before.filter((e) => e.f === 'put' && (e.value as { value: Value }).value === read.value);
        const dead = (put: Event) => end(put)?.type === 'ok' && end(put)!.time + lives(put) + epsilonMs * MS < asked.time;
        return same.length > 0 && same.every(dead) ? [`readable-late ${read.index}`] : [];
      }
      // the one write that must be there: over before the read began, everything else over before it began
      const alive = before.some((put) => {
        const done = end(put);
        if (put.f !== 'put' || done?.type !== 'ok' || done.applied === false || done.index > asked.index) return false;
        const alone = before.every((other) => other === put || (end(other)?.type === 'ok' && end(other)!.index < put.index));
        return alone && read.time < put.time + lives(put) - epsilonMs * MS;
      });
      return alive ? [`gone-early ${read.index}`] : [];
    });
}

/** Two keys, three clients, times of some milliseconds; half of the histories are right. */
function random(rng: Rng): RandomHistory {
  const below = (limit: number) => rng.int(0, limit - 1);
  const wild = below(2) * below(10);
  const events: WrittenEvent[] = [];
  const state: { value: Value; until: number }[] = [0, 1].map(() => ({ value: null, until: 0 }));
  const running = new Map<number, { readonly f: string; readonly key: number; readonly value: Value; answer: Value; happened: boolean }>();
  const clients = [0, 1, 2];
  let next = 1;
  let process = 3;
  let at = 0;
  for (let step = below(30) + 4; step > 0; step--) {
    at += below(4);
    const client = below(3);
    const who = clients[client]!;
    const open = running.get(who);
    if (open === undefined) {
      const f = ['put', 'get', 'get', 'get', 'delete'][below(wild === 0 ? 4 : 5)]!;
      const key = below(2);
      const value = f === 'put' ? { value: below(10) < wild ? below(next) : next++, ttl: 4 + below(8) } : null;
      running.set(who, { f, key, value, answer: null, happened: false });
      events.push([who, 'invoke', f, value, { key, at }]);
      continue;
    }
    running.delete(who);
    const { f, key, value } = open;
    const how = f === 'get' ? 2 : below(9);
    const own = state[key]!;
    if (how > 1 || (how === 0 && below(2) === 0)) {
      if (f === 'put') state[key] = { value: (value as { value: Value }).value, until: at + (value as { ttl: number }).ttl };
      else if (f === 'delete') state[key] = { value: null, until: 0 };
    }
    const true_ = at <= own.until ? own.value : null;
    const answer = f !== 'get' ? null : below(10) < wild ? (below(2) === 0 ? null : below(next)) : true_;
    if (how === 0) clients[client] = process++;
    events.push([
      who,
      how === 0 ? 'info' : how === 1 ? 'fail' : 'ok',
      f,
      answer,
      f === 'put' && how === 2 && below(4) === 0 && wild > 0 ? { key, at, applied: false } : { key, at },
    ]);
  }
  return { events, right: wild === 0 };
}

export const definition: Definition<TtlCheckOptions> = {
  checker: ttl,
  random,
  excused: [],
  options: (n) => ttl.options.parse({ ttlMs: 6, epsilonMs: n % 3 }),
  naive,
  line: ({ type }, { read }) => `${type} ${read}`,
};

/** Emits for one key after the other a write, a read while it lives, and one when it is gone: about so many operations. */
export function longRun(rng: Rng, operations: number, emit: (event: WrittenEvent) => void): void {
  for (let n = 0; 3 * n < operations; n++) {
    const key = n % 50;
    const at = 100 * n;
    const lives = rng.int(20, 60);
    const one = (f: string, asked: Value, answer: Value, from: number) => {
      emit([n % 5, 'invoke', f, asked, { key, at: from }]);
      emit([n % 5, 'ok', f, answer, { key, at: from + 2 }]);
    };
    one('put', { value: n, ttl: lives }, null, at);
    one('get', null, n, at + rng.int(3, lives - 5));
    one('get', null, null, at + lives + 3);
  }
}

function build(rng: Rng, operations: number, times: number, type: string | undefined): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  longRun(rng, operations, (event) => events.push(event));
  const part = Math.floor(events.length / 6 / times);
  for (let n = 0; type !== undefined && n < times; n++) {
    const group = n * part + rng.int(0, part - 1);
    const at = 6 * group + (type === 'gone-early' ? 3 : 5);
    const [process, kind, f, , extras] = events[at]!;
    events[at] = [process, kind, f, type === 'gone-early' ? null : group, extras!];
  }
  return events;
}

export const injections: Injections<TtlCheckOptions> = { checker: ttl, options: ttl.options.parse({}), types: TTL_ANOMALIES, build };
