/** What `state-machine` means, spelled out pair by pair, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Below, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { type PlantedOperation, plant } from '../../testing/plant.ts';
import { randomSessions } from '../../testing/random-sessions.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { stateMachine } from '../state-machine.ts';

type Edges = Readonly<Record<string, readonly string[]>>;

const ORDER: Edges = { new: ['paid', 'cancelled'], paid: ['sent', 'cancelled'], sent: ['returned'] };
const JOB: Edges = { new: ['paid'], paid: ['sent', 'cancelled'], sent: ['paid'] };

/** All states that a walk of any length gets to. */
function walk(edges: Edges, from: string, length = 10): Set<string> {
  return length === 0 ? new Set([from]) : new Set([from, ...(edges[from] ?? []).flatMap((next) => [...walk(edges, next, length - 1)])]);
}

/** Every anomaly; quadratic. */
function naive(history: History, options: LawOptions): string[] {
  const edges = options['transitions'] as Edges;
  const spontaneous = (options['spontaneous'] ?? []) as readonly string[];
  const states = new Set(Object.entries(edges).flatMap(([from, to]) => [from, ...to]));
  const entered = new Set(Object.values(edges).flat());
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const partner = ({ index }: Event) => events[history.columns.pair[index]!];
  const goal = ({ value }: Event) => (typeof value === 'string' ? { to: value } : (value as { from?: string; to: string }));
  const shows = (event: Event): string | null => (event.f === 'read' ? (event.value as string | null) : goal(partner(event)!).to);
  const isKnown = (state: string | null) => state === null || states.has(state);
  const good = events.filter(({ type, applied }) => type === 'ok' && applied !== false);
  const legal = (event: Event) => {
    if (event.f === 'read') return isKnown(shows(event));
    const { from, to } = goal(partner(event)!);
    return isKnown(to) && (from === undefined || from === to || (edges[from] ?? []).includes(to));
  };
  const returns = (from: string, to: string) => walk(edges, to).has(from);
  const forgotten = new Set<Event>();
  const applied = new Set<string>();
  return good.flatMap((event) => {
    const found = new Set<string>();
    const state = shows(event);
    const { from = undefined } = event.f === 'read' ? {} : goal(partner(event)!);
    if (!isKnown(state) || !isKnown(from ?? null)) return [`unknown-state ${event.index}`];
    if (!legal(event)) found.add('illegal-transition');
    if (from !== undefined && !returns(from, state!)) {
      const other = good.some((mine) => {
        if (mine.index >= event.index || mine.f === 'read' || mine.key !== event.key) return false;
        const before = goal(partner(mine)!);
        return before.from === from && isKnown(before.to) && !returns(from, before.to);
      });
      if (other) found.add('left-twice');
    }
    const isOfThisSession = (other: Event) => options['reads'] !== 'sessions' || other.process === event.process;
    const known = legal(event)
      ? good.filter((other) => other.key === event.key && other.index < event.index && !forgotten.has(other) && legal(other) && isOfThisSession(other))
      : [];
    const contradicted = known.filter((before) => {
      const was = shows(before);
      return before.index < partner(event)!.index && was !== null && (state === null || !walk(edges, was).has(state));
    });
    for (const before of contradicted) {
      const was = shows(before)!;
      if (event.f === 'read' && before.f === 'transition') found.add('lost-transition');
      else found.add((edges[was] ?? []).length === 0 ? 'changed-after-end' : 'illegal-transition');
      // all that showed that state is forgotten from here on
      for (const other of known) if (other.f === before.f && shows(other) === was) forgotten.add(other);
    }
    if (event.f === 'read' && state !== null && entered.has(state) && !spontaneous.includes(state) && !applied.has(`${event.key} ${state}`)) {
      const asked = events.filter(
        (other) => other.type === 'invoke' && other.f === 'transition' && other.key === event.key && other.index < event.index && goal(other).to === state,
      );
      const refused = asked.filter((other) => partner(other)?.type === 'fail' || partner(other)?.applied === false);
      if (refused.length > 0 && refused.length === asked.length) {
        found.add('failed-but-visible');
        applied.add(`${event.key} ${state}`);
      }
    }
    return [...found].map((type) => `${type} ${event.index}`);
  });
}

/** Clients that mostly go on from where an entity is, and read what is there, or what was. */
function random(below: Below): WrittenEvent[] {
  const edges = below(2) === 0 ? ORDER : JOB;
  const past: string[][] = [['new'], ['new']];
  const pick = (from: readonly string[]) => from[below(from.length)]!;
  const ask = (): readonly [string, Value, { key: number }] => {
    const key = below(2);
    const now = past[key]!.at(-1)!;
    const next = edges[now] ?? [];
    if (below(3) === 0 || next.length === 0) return ['read', null, { key }];
    const to = below(20) === 0 ? pick(['new', 'paid', 'gone', 'returned']) : pick(next);
    return ['transition', below(2) === 0 ? to : { from: now, to }, { key }];
  };
  return randomSessions(below, 3, 4 + below(22), ask, ([f, value, extras]) => {
    const states = past[extras!.key as number]!;
    if (f === 'read') return below(6) > 0 ? states.at(-1)! : below(8) === 0 ? null : pick(states);
    const to = typeof value === 'string' ? value : (value as { to: string }).to;
    states.push(to);
    return null;
  });
}

/** Orders, one after the other: each is paid, sent and read in between; some are cancelled, and some transitions refused. */
function* good(operations: number): Iterable<WrittenEvent> {
  const PATHS = [
    ['new', 'paid', 'sent', 'returned'],
    ['new', 'cancelled'],
    ['new', 'paid', 'cancelled'],
  ];
  let [n, order] = [0, 0];
  for (; n < operations; order++) {
    const path = PATHS[order % PATHS.length]!;
    const extras = { key: order };
    for (const [i, to] of path.entries()) {
      const process = n++ % 10;
      yield [process, 'invoke', 'transition', i === 0 ? to : { from: path[i - 1]!, to }, extras];
      yield [process, 'ok', 'transition', null, extras];
      n += 2;
      yield [(process + 1) % 10, 'invoke', 'read', null, extras];
      yield [(process + 2) % 10, 'invoke', 'transition', { from: 'sent', to: 'returned' }, extras];
      yield [(process + 1) % 10, 'ok', 'read', to, extras];
      yield [(process + 2) % 10, 'fail', 'transition', null, { ...extras, error: { code: 'refused', message: '' } }];
    }
  }
}

/** Reads and transitions of an order of its own. */
function put(kind: string, ...operations: readonly (readonly [f: string, asked: Value, answered: Value | 'FAIL'])[]) {
  return (events: WrittenEvent[], at: number): void => {
    plant(
      events,
      at,
      operations.map(([f, asked, answered], i): PlantedOperation => [7_000_000 + i, f, asked, answered, { key: kind }]),
    );
  };
}

export const stateMachineTrial: LawTrial = {
  checker: stateMachine as Checker,
  options: [{ transitions: ORDER }, { transitions: JOB }, { transitions: ORDER, reads: 'sessions' }, { transitions: JOB, spontaneous: ['sent'] }],
  random,
  naive,
  good,
  goodOptions: { transitions: ORDER },
  injections: {
    'illegal-transition': put('a', ['read', null, 'sent'], ['read', null, 'paid']),
    'changed-after-end': put('b', ['read', null, 'returned'], ['read', null, 'sent']),
    'lost-transition': put('c', ['transition', 'paid', null], ['read', null, 'new']),
    'left-twice': put('d', ['transition', { from: 'new', to: 'paid' }, null], ['transition', { from: 'new', to: 'cancelled' }, null]),
    'unknown-state': put('e', ['read', null, 'eaten']),
    'failed-but-visible': put('f', ['transition', 'paid', 'FAIL'], ['read', null, 'paid']),
  },
};
