/** What `recovery` means, spelled out window by window, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { inject, type WrittenEvent } from '../../testing/written-history.ts';
import { recovery } from '../recovery.ts';

const MS = 1_000_000;

/** Every anomaly; quadratic. Its faults follow one another. */
function naive(history: History, options: LawOptions): string[] {
  const { share, windowMs, withinMs, maxAmplification } = options as { share: number; windowMs: number; withinMs: number; maxAmplification?: number };
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const nemesis = (f: string, type: string) => events.filter((event) => event.process === 'nemesis' && event.f === f && event.type === type);
  const successes = events.filter(({ process, type }) => typeof process === 'number' && type === 'ok');
  const first = events.find(({ process }) => typeof process === 'number');
  const [begun, heals] = [nemesis('inject', 'invoke'), nemesis('heal', 'info')];
  const found: string[] = [];
  const arrivals = events.filter(({ f }) => f === 'arrival');
  const requests = events.filter(({ f, type }) => f === 'request' && type === 'invoke').length;
  if (maxAmplification !== undefined && requests > 0 && arrivals.length > maxAmplification * requests) found.push(`load-amplified ${arrivals[0]!.index}`);
  const [fault] = begun;
  if (fault === undefined || first === undefined || fault.index < first.index || fault.time - first.time < windowMs * MS) return found;
  const baseline = (successes.filter(({ index }) => index < fault.index).length * windowMs * MS) / (fault.time - first.time);
  if (baseline === 0) return found;
  for (const heal of heals) {
    const next = begun.find(({ index }) => index > heal.index);
    const until = next ?? (events.at(-1) as Event);
    const after = successes.filter(({ index }) => index > heal.index && index < until.index);
    const back = after.find(
      (event, i) => after.slice(0, i + 1).filter(({ time }) => time >= event.time - windowMs * MS).length >= Math.max(1, share * baseline),
    );
    if ((back ?? until).time - heal.time <= withinMs * MS) continue;
    found.push(back === undefined && next === undefined ? `goodput-collapse ${until.index}` : `late-recovery ${(back ?? until).index}`);
  }
  return found;
}

const EVIDENCE = { holds: true, independent: true, measured: '' };

function fault(f: 'inject' | 'heal', id: number): WrittenEvent[] {
  return inject(f, `kill-${id}`, 'kill', [
    { id: `kill-${id}/0`, kind: 'x', nodes: ['n1'], params: { type: 'kill', nodes: ['n1'] }, evidence: EVIDENCE, verified: EVIDENCE } as unknown as Value,
  ]);
}

function request(process: number, type: 'ok' | 'fail' | 'info', arrivals: number): WrittenEvent[] {
  return [
    [process, 'invoke', 'request', null, { key: process }],
    ...Array.from({ length: arrivals }, (): WrittenEvent => ['observer:ledger', 'info', 'arrival', null, { key: process }]),
    [process, type, 'request', null, { key: process, ...(type === 'fail' && { error: { code: 'refused', message: '' } }) }],
  ];
}

function random(below: Below): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  let process = 0;
  const some = (count: number, ok: number) => {
    for (let n = 0; n < count; n++) events.push(...request(process++, below(10) < ok ? 'ok' : 'fail', below(2)));
  };
  some(2 + below(8), 9);
  for (let id = 0; id <= below(3); id++) {
    events.push(...fault('inject', id));
    some(below(4), 4);
    events.push(...fault('heal', id));
    some(below(12), [1, 3, 9][below(3)]!);
  }
  return events;
}

const ROUND = 1_000;

/** A fault in the middle of every thousand requests, while which half of them fail. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let n = 0; n < operations; n++) {
    const round = n % ROUND;
    if (round === 500) yield* fault('inject', Math.floor(n / ROUND));
    yield* request(n, round >= 500 && round < 600 && n % 2 === 0 ? 'info' : 'ok', 1);
    if (round === 600) yield* fault('heal', Math.floor(n / ROUND));
  }
}

/** Turns the successes of so many events from `from` on into failures. */
function fail(events: WrittenEvent[], from: number, count: number): void {
  for (let i = from; i < Math.min(events.length, from + count); i++) {
    const [process, type, f, value, extras] = events[i]!;
    if (type === 'ok') events[i] = [process, 'fail', f, value, { ...extras, error: { code: 'refused', message: '' } }];
  }
}

export const recoveryTrial: LawTrial = {
  checker: recovery as Checker,
  options: [
    { share: 0.5, windowMs: 8, withinMs: 10 },
    { share: 1, windowMs: 5, withinMs: 16, maxAmplification: 1 },
  ],
  random,
  naive,
  good,
  goodOptions: { share: 0.8, windowMs: 60, withinMs: 200, maxAmplification: 1.05 },
  injections: {
    'late-recovery': (events, at) => {
      const heal = events.findIndex(([, type, f], i) => i >= at && f === 'heal' && type === 'info');
      fail(events, heal, 300);
    },
    'load-amplified': (events, at) => {
      const index = events.findIndex(([, type], i) => i >= at && type === 'invoke');
      const [process, , , , extras] = events[index]!;
      const more = Array.from(
        { length: Math.floor(events.length / 20) },
        (): WrittenEvent => ['observer:ledger', 'info', 'arrival', process as number, extras!],
      );
      events.splice(index + 1, 0, ...more);
    },
    'goodput-collapse': (events) => {
      const heal = events.findLastIndex(([, type, f]) => f === 'heal' && type === 'info');
      fail(events, heal, events.length);
    },
  },
};
