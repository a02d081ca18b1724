/** What `idempotency-key` means, spelled out pair by pair, and histories to try it on. */
import type { Checker, Event, History } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import type { LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { idempotencyKey } from '../idempotency-key.ts';

/** Every anomaly; quadratic. */
function naive(history: History, options: LawOptions): string[] {
  const forgottenAfter = ((options['rememberedMs'] as number | undefined) ?? Infinity) * 1_000_000;
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const endOf = ({ index }: Event) => (history.columns.pair[index]! < 0 ? undefined : events[history.columns.pair[index]!]);
  const same = (a: Event, b: Event) => canonicalJson(a.value) === canonicalJson(b.value);
  const asked = events.filter(({ type, f }) => type === 'invoke' && f === 'request');
  const world = events.filter(({ process, f }) => process === 'observer:ledger' && f === 'effect');
  const complete = events.findLastIndex(({ f }) => f === 'complete') > (asked.at(-1)?.index ?? -1);
  const refused = (event: Event) => endOf(event)?.type === 'fail' || endOf(event)?.applied === false;
  const found: string[] = [];
  for (const key of new Set(asked.map((event) => event.key))) {
    const mine = asked.filter((event) => event.key === key);
    const effects = world.filter((event) => event.key === key);
    const first = mine.find((event) => !refused(event));
    const known = (event: Event) => forgottenAfter === Infinity || (first !== undefined && event.time <= first.time + forgottenAfter);
    const accepted = mine
      .filter((event) => endOf(event)?.type === 'ok' && !refused(event) && known(endOf(event)!))
      .sort((a, b) => endOf(a)!.index - endOf(b)!.index);
    for (const [i, later] of accepted.entries()) {
      const before = accepted.slice(0, i);
      const alike = before.find((event) => same(event, later));
      if (alike && !same(endOf(alike)!, endOf(later)!)) found.push(`different-response ${endOf(later)!.index}`);
      if (before[0] && !same(before[0], later)) found.push(`reused-key-accepted ${endOf(later)!.index}`);
    }
    const seen = effects.filter(known);
    if (seen.length > 1) found.push(`duplicate-effect ${seen[1]!.index}`);
    if (complete && world.length > 0 && effects.length === 0 && accepted[0]) found.push(`lost-effect ${endOf(accepted[0])!.index}`);
    for (const event of mine) {
      const end = endOf(event);
      if (end?.error?.code === 'key-reused' && mine.every((other) => other.index > end.index || same(other, event)))
        found.push(`wrongly-rejected ${end.index}`);
    }
    for (const effect of effects) {
      const asking = mine.filter((event) => same(event, effect));
      if (asking.length > 0 && asking.every(refused)) found.push(`failed-but-visible ${effect.index}`);
    }
  }
  return found;
}

/** Every key is used three times: asked, asked again, asked for something else, which is refused. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations; n++) {
    const key = Math.floor(n / 3);
    const payload = n % 3 === 2 ? 'other' : key % 100;
    yield [n, 'invoke', 'request', payload, { key }];
    if (n % 3 === 2) {
      yield [n, 'fail', 'request', null, { key, error: { code: 'key-reused', message: '' } }];
      continue;
    }
    if (n % 3 === 0) yield ['observer:ledger', 'info', 'effect', payload, { key }];
    if (n % 101 === 0) yield [n, 'info', 'request', null, { key }];
    else yield [n, 'ok', 'request', key, { key }];
  }
  yield ['observer:ledger', 'info', 'complete', 'keyed'];
}

/** Where the three uses of a key begin, none of them unknown; and the key. */
function usesFrom(events: readonly WrittenEvent[], at: number): { readonly index: number; readonly key: number } {
  const whole = (i: number) => events[i]![1] === 'invoke' && events[i + 1]![2] === 'effect' && events[i + 2]![1] === 'ok' && events[i + 4]![1] === 'ok';
  const index = events.findIndex((_, i) => i >= at && whole(i));
  return { index, key: events[index]![4]!.key as number };
}

export const idempotencyKeyTrial: LawTrial = {
  checker: idempotencyKey as Checker,
  options: [{}, { rememberedMs: 8 }],
  random: (below) => {
    const clients = new RandomClients(below);
    const extras = () => ({ key: below(2) });
    clients.run(
      4 + below(14),
      () => ['request', below(2), extras()],
      () => [below(6) === 0 ? 'other' : 'done'],
      () => (below(2) === 0 ? [] : [['observer:ledger', 'info', 'effect', below(3), extras()]]),
    );
    if (below(3) > 0) clients.events.push(['observer:ledger', 'info', 'complete', 'keyed']);
    return clients.events;
  },
  naive,
  good,
  goodOptions: {},
  injections: {
    'duplicate-effect': (events, at) => {
      const { index } = usesFrom(events, at);
      events.splice(index + 2, 0, events[index + 1]!);
    },
    'different-response': (events, at) => {
      const { index, key } = usesFrom(events, at);
      events[index + 4] = [events[index + 4]![0], 'ok', 'request', 'another', { key }];
    },
    'reused-key-accepted': (events, at) => {
      const { index, key } = usesFrom(events, at);
      events[index + 6] = [events[index + 6]![0], 'ok', 'request', 'anything', { key }];
    },
    'wrongly-rejected': (events, at) => {
      const { index, key } = usesFrom(events, at);
      events[index + 4] = [events[index + 4]![0], 'fail', 'request', null, { key, error: { code: 'key-reused', message: '' } }];
    },
    'lost-effect': (events, at) => {
      const { index } = usesFrom(events, at);
      events.splice(index + 1, 1);
    },
    'failed-but-visible': (events, at) => {
      const { index, key } = usesFrom(events, at);
      events[index + 1] = ['observer:ledger', 'info', 'effect', 'other', { key }];
    },
  },
};
