import { describe, expect, it } from 'vitest';
import type { ClientFactory, Event, HistorySink, Invocation, Node, Ns, Outcome } from '../contracts/index.ts';
import { ms, seconds } from '../time/units.ts';
import { createVirtualClock, type VirtualClock } from '../time/virtual-clock.ts';
import { type FinalReadsOptions, type FinalReadsResult, finalReads } from './final-reads.ts';

const READS: readonly Invocation[] = [
  { f: 'read', key: 1, value: null },
  { f: 'read', key: 2, value: null },
];
const UNAVAILABLE: Outcome = { type: 'info', error: { code: 'unavailable', message: 'no leader' } };
const NOT_YET: Outcome = { type: 'fail', error: { code: 'not-yet', message: 'catching up' } };

interface Note {
  readonly what: 'open' | 'close' | 'read';
  readonly node: string;
  readonly time: Ns;
}

type Answer = (node: string, op: Invocation, now: Ns, clock: VirtualClock) => Promise<Outcome> | Outcome;

interface Ran {
  readonly result: FinalReadsResult;
  readonly events: readonly Event[];
  readonly notes: readonly Note[];
  readonly now: Ns;
}

async function run(answer: Answer, overrides: Partial<FinalReadsOptions> = {}, opening: (node: string, now: Ns) => void = () => undefined): Promise<Ran> {
  const clock = createVirtualClock();
  const events: Event[] = [];
  const notes: Note[] = [];
  const sink: HistorySink = { append: (event) => events.push({ ...event, index: events.length }) - 1, flush: () => Promise.resolve() };
  const note = (what: Note['what'], node: string): number => notes.push({ what, node, time: clock.now() });
  const clientFor: ClientFactory = {
    open: async ({ id }) => {
      note('open', id);
      opening(id, clock.now());
      return {
        invoke: async (op) => {
          note('read', id);
          await clock.sleep(ms(1));
          return answer(id, op, clock.now(), clock);
        },
        close: async () => void note('close', id),
      };
    },
    classify: () => undefined,
  };
  const result = await clock.run(
    finalReads({
      nodes: ['n1', 'n2', 'n3'].map((id) => ({ id }) as Node),
      invocations: READS,
      clientFor,
      clock,
      sink,
      deadline: seconds(20),
      attemptDeadline: seconds(1),
      firstProcess: 40,
      signal: new AbortController().signal,
      ...overrides,
    }),
  );
  return { result, events, notes, now: clock.now() };
}

const okOf = (events: readonly Event[]): unknown[] => events.filter(({ type }) => type === 'ok').map(({ node, key }) => `${node}/${key}`);

describe('finalReads', () => {
  it('asks every node every question, by processes of their own', async () => {
    const { result, events, notes } = await run((node) => ({ type: 'ok', value: node }));
    expect(okOf(events).sort()).toEqual(['n1/1', 'n1/2', 'n2/1', 'n2/2', 'n3/1', 'n3/2']);
    expect(new Set(events.map(({ process, node }) => `${process} ${node}`))).toEqual(new Set(['40 n1', '41 n2', '42 n3']));
    expect(result).toMatchObject({ complete: true, missing: [], invoked: 6, ok: 6, openFailures: 0, nextProcess: 43 });
    expect(notes.filter(({ what }) => what === 'close')).toHaveLength(3);
  });

  it('tries again with back-off until each node has answered once; a new process after an unknown outcome', async () => {
    const { result, events, notes } = await run((node, _, now) => {
      if (node === 'n2' && now < seconds(2)) return UNAVAILABLE;
      return node === 'n3' && now < seconds(2) ? NOT_YET : { type: 'ok', value: 7 };
    });
    expect(result.complete).toBe(true);
    expect(okOf(events).sort()).toEqual(['n1/1', 'n1/2', 'n2/1', 'n2/2', 'n3/1', 'n3/2']);
    const reads = (node: string): number[] => notes.filter((note) => note.what === 'read' && note.node === node).map(({ time }) => time);
    // 100, 200, 400, 800 ms after each attempt of 1 ms, and so on.
    expect(reads('n3')).toEqual([0, 101, 302, 703, 1_504, 3_105, 3_106].map(ms));
    expect(new Set(events.filter(({ node }) => node === 'n3').map(({ process }) => process))).toEqual(new Set([42]));
    const ofN2 = events.filter(({ node }) => node === 'n2');
    expect([...new Set(ofN2.map(({ process }) => process))]).toEqual([41, 44, 47, 50, 53, 56]);
    expect(result.nextProcess).toBe(57);
    // Closed before the next is opened.
    expect(notes.filter(({ node, what }) => node === 'n2' && what !== 'read').map(({ what }) => what)).toEqual(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? 'close' : 'open')),
    );
  });

  it('gives up at the deadline and says what is missing', async () => {
    const { result, events, now } = await run((node, { key }) => (node === 'n2' && key === 2 ? UNAVAILABLE : { type: 'ok', value: 7 }));
    expect(result.complete).toBe(false);
    expect(result.missing).toEqual([{ node: 'n2', op: READS[1] }]);
    expect(now).toBeLessThanOrEqual(seconds(20));
    expect(now).toBeGreaterThan(seconds(17));
    const pending = new Map<unknown, number>();
    for (const { process, type } of events) pending.set(process, (pending.get(process) ?? 0) + (type === 'invoke' ? 1 : -1));
    expect([...pending.values()].every((count) => count === 0)).toBe(true);
  });

  it('bounds one attempt, and drops the answer that comes too late', async () => {
    const { result, events } = await run(
      async (node, _, now, clock) => {
        if (node === 'n1' && now < seconds(1)) await clock.sleep(seconds(3));
        return { type: 'ok', value: now };
      },
      { invocations: READS.slice(0, 1) },
    );
    expect(result).toMatchObject({ complete: true, ok: 3, info: 1 });
    expect(events.filter(({ node }) => node === 'n1').map(({ type, time, process, error }) => [type, time, process, error?.code])).toEqual([
      ['invoke', 0, 40, undefined],
      ['info', seconds(1), 40, 'deadline'],
      ['invoke', ms(1_100), 43, undefined],
      ['ok', ms(1_101), 43, undefined],
    ]);
  });

  it('counts opens that failed, and records nothing for them', async () => {
    const { result, events } = await run(
      () => ({ type: 'ok', value: 1 }),
      {},
      (node, now) => {
        if (node === 'n3' && now < seconds(1)) throw new Error('connection refused');
      },
    );
    expect(result).toMatchObject({ complete: true, openFailures: 4, invoked: 6 });
    expect(events).toHaveLength(12);
  });

  it('ends with its signal, what is in flight being unknown', async () => {
    const controller = new AbortController();
    const { result, events, now } = await run(
      async (_node, _op, _now, clock) => {
        if (clock.now() > ms(1)) controller.abort(new Error('interrupted'));
        await clock.sleep(ms(100));
        return { type: 'ok', value: 1 };
      },
      { signal: controller.signal },
    );
    expect(result.complete).toBe(false);
    expect(now).toBeLessThan(seconds(1));
    expect(events.filter(({ type }) => type === 'invoke').length).toBe(events.filter(({ type }) => type !== 'invoke').length);
    expect(events.some(({ type, error }) => type === 'info' && error?.message === 'interrupted')).toBe(true);
  });

  it('rejects when the history cannot be written', async () => {
    const append = (): number => {
      throw new Error('no space left');
    };
    await expect(run(() => ({ type: 'ok', value: 1 }), { sink: { append, flush: () => Promise.resolve() } })).rejects.toThrow('no space left');
  });
});
