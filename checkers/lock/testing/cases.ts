/** What `lock` means, spelled out; small random histories; long right ones and what can be put into them. */
import type { Event, History, Rng, Value } from '../../../harness/contracts/index.ts';
import type { Definition, RandomHistory } from '../../testing/against-definition.ts';
import type { Injections } from '../../testing/find-injected.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { LOCK_ANOMALIES, type LockCheckOptions, lock } from '../lock.ts';

interface Accepted {
  readonly at: number;
  readonly begins: number;
  readonly key: Event['key'];
  readonly value: { readonly token?: number; readonly from?: Value; readonly to?: Value };
}

function naive(history: History, { initial }: LockCheckOptions): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const end = (asked: Event) => events.find((e) => e.index > asked.index && e.process === asked.process);
  const requests = events.filter((e) => e.f === 'update' && e.type === 'invoke');
  const refused = (asked: Event) => end(asked)?.type === 'fail' || end(asked)?.applied === false;
  const seen = events.filter((e) => e.f === 'update' && typeof e.process === 'string');
  const byClients = requests
    .filter((e) => end(e)?.type === 'ok' && !refused(e))
    .map((e): Accepted => ({ at: end(e)!.index, begins: e.index, key: e.key, value: e.value as Accepted['value'] }));
  const accepted =
    seen.length > 0
      ? seen.map((e): Accepted => ({ at: e.index, begins: e.index, key: e.key, value: e.value as Accepted['value'] }))
      : byClients.sort((a, b) => a.at - b.at);
  const found: string[] = [];
  for (const one of accepted) {
    const { token, from } = one.value;
    if (token !== undefined && accepted.some((other) => other.key === one.key && other.at < one.begins && (other.value.token ?? -1) > token))
      found.push(`stale-token ${one.at}`);
    const writes = (what: Value) => requests.filter((e) => e.key === one.key && (e.value as Accepted['value']).to === what);
    if (from !== undefined) {
      const based = accepted.filter((other) => other.key === one.key && other.value.from === from && other.at <= one.at).length;
      const possible = writes(from).filter((e) => !refused(e)).length + (from === initial ? 1 : 0);
      if (based > Math.max(1, possible)) found.push(`lost-update ${one.at}`);
    }
    const shown = seen.length > 0 ? one.value.to : from;
    if (shown === undefined || writes(shown).length === 0) continue;
    if (writes(shown).every(refused) && writes(shown)[0]!.index < one.at) found.push(`failed-but-visible ${one.at}`);
  }
  const begun = events.findLastIndex((e) => e.f === 'phase');
  for (const read of events.filter((e) => e.f === 'read' && e.type === 'ok' && begun >= 0 && e.index > begun)) {
    const replaced = accepted.filter((one) => one.key === read.key && one.value.from === read.value).length;
    const possible = requests.filter((e) => e.key === read.key && (e.value as Accepted['value']).to === read.value && !refused(e)).length;
    if (replaced >= Math.max(1, possible + (read.value === initial ? 1 : 0))) found.push(`rolled-back ${read.index}`);
  }
  return found;
}

/** Two resources, three clients; half of the histories are right. */
function random(rng: Rng): RandomHistory {
  const below = (limit: number) => rng.int(0, limit - 1);
  const wild = below(2) * below(8);
  const observed = below(2) === 0;
  const events: WrittenEvent[] = [];
  const state = [0, 1].map(() => ({ token: 0, value: 0 as Value }));
  const running = new Map<number, { readonly key: number; readonly value: { token: number; from: Value; to: Value } }>();
  const clients = [0, 1, 2];
  let next = 1;
  for (let step = below(24) + 4; step > 0; step--) {
    const at = below(3);
    const process = clients[at]!;
    const open = running.get(process);
    if (open === undefined) {
      const key = below(2);
      const { token, value } = state[key]!;
      const isWild = below(8) < wild;
      const body = { token: isWild ? below(4) : token + below(2), from: isWild ? below(next) : value, to: isWild ? below(next + 1) : next++ };
      running.set(process, { key, value: body });
      events.push([process, 'invoke', 'update', body, { key }]);
      continue;
    }
    running.delete(process);
    const { key, value } = open;
    const isWild = below(8) < wild;
    // what the resource does: it compares
    const accepts = isWild || (value.token >= state[key]!.token && value.from === state[key]!.value);
    const how = below(8);
    const happens = accepts && (how > 1 || (how === 0 && below(2) === 0) || isWild);
    if (happens) {
      state[key] = { token: Math.max(value.token, state[key]!.token), value: value.to };
      if (observed) events.push(['observer:resource', 'info', 'update', { ...value }, { key }]);
    }
    if (how === 0) {
      clients[at] = next++ + 100;
      events.push([process, 'info', 'update', value, { key }]);
    } else if (how === 1) events.push([process, 'fail', 'update', value, { key, error: { code: 'busy', message: '' } }]);
    else events.push([process, 'ok', 'update', null, happens ? { key } : { key, applied: false }]);
  }
  if (below(2) === 0) {
    events.push(FINAL_READS);
    for (const key of [0, 1])
      events.push([50, 'invoke', 'read', null, { key }], [50, 'ok', 'read', below(8) < wild ? below(next) : state[key]!.value, { key }]);
  }
  return { events, right: wild === 0 };
}

const FINAL_READS: WrittenEvent = ['observer:lifecycle', 'info', 'phase', 'final-reads'];

export const definition: Definition<LockCheckOptions> = {
  checker: lock,
  random,
  excused: [],
  options: (n) => lock.options.parse(n % 2 === 0 ? {} : { initial: 0 }),
  naive,
  line: ({ type }, { second }) => `${type} ${second}`,
};

/** Emits one holder after the other: acquire, some updates, release, and now and then a crash. */
export function longRun(rng: Rng, operations: number, emit: (event: WrittenEvent) => void): void {
  const state = Array.from({ length: 8 }, () => ({ token: 0, value: 0 }));
  let next = 1;
  let process = 0;
  for (let n = 0; n < operations; n += 4) {
    const key = rng.int(0, 7);
    const own = state[key]!;
    own.token++;
    emit([process, 'invoke', 'acquire', null, { key }]);
    emit([process, 'ok', 'acquire', own.token, { key }]);
    for (let update = 0; update < 2; update++) {
      const body = { token: own.token, from: own.value, to: next++ };
      emit([process, 'invoke', 'update', body, { key }]);
      const outcome = rng.int(0, 99);
      if (outcome > 0) own.value = body.to;
      emit([process, outcome > 1 ? 'ok' : outcome === 1 ? 'info' : 'fail', 'update', null, { key }]);
      if (outcome === 1) process += 5;
    }
    emit([process, 'invoke', 'release', own.token, { key }]);
    emit([process, 'ok', 'release', null, { key }]);
    process = process - (process % 5) + ((process + 1) % 5);
  }
  emit(FINAL_READS);
  for (const [key, { value }] of state.entries()) {
    emit([999_999, 'invoke', 'read', null, { key }]);
    emit([999_999, 'ok', 'read', value, { key }]);
  }
}

/** Behind the n-th of so many places, an update that should not have been accepted. */
function build(rng: Rng, operations: number, times: number, type: string | undefined): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  longRun(rng, operations, (event) => events.push(event));
  if (type === undefined) return events;
  const part = Math.floor(events.length / times);
  for (let n = times - 1; n >= 0; n--) {
    let at = n * part + rng.int(100, part - 100);
    const wanted = type === 'failed-but-visible' ? 'fail' : 'ok';
    while (!(events[at]![1] === wanted && events[at]![2] === 'update' && (events[at - 1]![3] as { from: number }).from > 0)) at++;
    const { token, from, to } = events[at - 1]![3] as { token: number; from: number; to: number };
    const key = events[at]![4]!.key!;
    if (type === 'rolled-back') {
      events.push([1_000_000 + n, 'invoke', 'read', null, { key }], [1_000_000 + n, 'ok', 'read', from, { key }]);
      continue;
    }
    const body = {
      'stale-token': { token: token - 1, to: `x${n}` },
      'lost-update': { token, from, to: `x${n}` },
      'failed-but-visible': { token, from: to, to: `x${n}` },
    }[type]!;
    events.splice(at + 1, 0, [1_000_000 + n, 'invoke', 'update', body, { key }], [1_000_000 + n, 'ok', 'update', null, { key }]);
  }
  return events;
}

export const injections: Injections<LockCheckOptions> = { checker: lock, options: lock.options.parse({}), types: LOCK_ANOMALIES, build };
