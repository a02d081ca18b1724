import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call, ClientFactory, Event, Generator, HistorySink, Invocation, Nemesis, Node, NodeId, Ns, Outcome, Value } from '../contracts/index.ts';
import { clients, delay, type Liftable, limit, log, phases, rate, sleep, timeLimit } from '../generator/index.ts';
import { createRng } from '../random/rng.ts';
import { createRealClock } from '../time/real-clock.ts';
import { ms, ns, seconds } from '../time/units.ts';
import { createVirtualClock, type VirtualClock } from '../time/virtual-clock.ts';
import type { RunWorkloadOptions } from './options.ts';
import { runWorkload } from './run-workload.ts';
import type { RunnerStats } from './stats.ts';

const DEADLINE = ms(50);

type How = Outcome['type'] | 'not-applied' | 'throws-known' | 'throws-unknown' | 'throws-at-once' | 'no-outcome' | 'hangs';

/** What the system does with an operation. */
interface Script {
  readonly how: How;
  readonly latency: Ns;
}

interface ClientNote {
  readonly what: 'open' | 'close';
  readonly node: string;
  readonly client: number;
  readonly time: Ns;
}

class Refused extends Error {}

/** A system of which each operation's course is given in advance; it notes who opens and closes when. */
class ScriptedSystem implements ClientFactory {
  readonly notes: ClientNote[] = [];
  readonly calls: { readonly op: Invocation; readonly call: Call; readonly script: Script; readonly at: Ns }[] = [];
  readonly #clock: VirtualClock;
  readonly #script: (n: number) => Script;
  /** Gives an error, or a delay, for the opening of a node. */
  opening: (node: string, n: number) => Error | Ns | 'hangs' = () => ns(0);
  closing: () => Ns | 'hangs' = () => ns(0);
  /** Closings that ended. */
  closed = 0;
  #clients = 0;

  constructor(clock: VirtualClock, script: (n: number) => Script) {
    this.#clock = clock;
    this.#script = script;
  }

  async open(node: Node): Promise<{ invoke(op: Invocation, call: Call): Promise<Outcome>; close(): Promise<void> }> {
    const client = this.#clients++;
    const note = (what: ClientNote['what']): void => void this.notes.push({ what, node: node.id, client, time: this.#clock.now() });
    const opening = this.opening(node.id, client);
    note('open');
    if (opening instanceof Error) throw opening;
    await this.#wait(opening);
    const close = async (): Promise<void> => {
      note('close');
      await this.#wait(this.closing());
      this.closed++;
    };
    return { invoke: (op, call) => this.#invoke(op, call), close };
  }

  classify(error: unknown): Exclude<Outcome, { type: 'ok' }> | undefined {
    return error instanceof Refused ? { type: 'fail', error: { code: 'refused', message: error.message } } : undefined;
  }

  #invoke(op: Invocation, call: Call): Promise<Outcome> {
    const script = this.#script(this.calls.length);
    this.calls.push({ op, call, script, at: this.#clock.now() });
    if (script.how === 'throws-at-once') throw new Error('at once');
    return this.#answer(op, script);
  }

  async #answer(op: Invocation, { how, latency }: Script): Promise<Outcome> {
    await this.#wait(how === 'hangs' ? how : latency);
    switch (how) {
      case 'ok':
        return { type: 'ok', value: op.value };
      case 'not-applied':
        return { type: 'ok', value: op.value, applied: false };
      case 'throws-known':
        throw new Refused('not today');
      case 'throws-unknown':
        throw new Error('what is this');
      case 'no-outcome':
        return undefined as unknown as Outcome;
      default:
        return { type: how === 'fail' ? 'fail' : 'info', error: { code: 'scripted', message: how } };
    }
  }

  async #wait(time: Ns | 'hangs'): Promise<void> {
    if (time === 'hangs') await new Promise(() => undefined);
    else if (time > 0) await this.#clock.sleep(time);
  }
}

class MemorySink implements HistorySink {
  readonly events: Event[] = [];

  append(event: Omit<Event, 'index'>): number {
    expect(event).not.toHaveProperty('index');
    this.events.push({ ...event, index: this.events.length });
    return this.events.length - 1;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

interface Ran {
  readonly events: readonly Event[];
  readonly stats: RunnerStats;
  readonly system: ScriptedSystem;
  readonly clock: VirtualClock;
}

const nodesOf = (count: number): Node[] => Array.from({ length: count }, (_, i) => ({ id: `n${i + 1}` }) as Node);
const write: Liftable = ({ rng }) => ({ f: 'write', key: rng.int(0, 3), value: rng.int(0, 1e9) });
const always =
  (how: How, latency: Ns = ms(1)) =>
  (): Script => ({ how, latency });

interface Setting extends Partial<RunWorkloadOptions> {
  readonly script?: (n: number) => Script;
  readonly prepare?: (system: ScriptedSystem, clock: VirtualClock) => void;
}

interface Prepared {
  readonly options: RunWorkloadOptions;
  readonly system: ScriptedSystem;
  readonly sink: MemorySink;
  readonly clock: VirtualClock;
}

function prepare(generator: Liftable, setting: Setting): Prepared {
  const { script, prepare: arrange, ...overrides } = setting;
  const clock = createVirtualClock();
  const system = new ScriptedSystem(clock, script ?? always('ok'));
  const sink = new MemorySink();
  arrange?.(system, clock);
  const options: RunWorkloadOptions = {
    generator: clients(generator),
    nodes: nodesOf(3),
    concurrency: 5,
    clientPolicy: 'pinned',
    clientFor: system,
    clock,
    rng: createRng(1),
    sink,
    operations: [{ f: 'write', effect: 'once', deadline: DEADLINE }],
    signal: new AbortController().signal,
    ...overrides,
  };
  return { options, system, sink, clock };
}

async function run(generator: Liftable, setting: Setting = {}): Promise<Ran> {
  const { options, system, sink, clock } = prepare(generator, setting);
  const stats = await clock.run(runWorkload(options));
  return { events: sink.events, stats, system, clock };
}

const ofClients = (events: readonly Event[]): Event[] => events.filter(({ process }) => typeof process === 'number');
const invocationsOf = (events: readonly Event[]): Event[] => ofClients(events).filter(({ type }) => type === 'invoke');
const completionsOf = (events: readonly Event[]): Event[] => ofClients(events).filter(({ type }) => type !== 'invoke');

/** What every history must be, whatever happened (rules 2, 3, 4, 7). */
function expectSound(events: readonly Event[], concurrency: number, nodes: number): void {
  const pending = new Map<unknown, Event>();
  const ended = new Set<unknown>();
  let time = 0;
  for (const event of events) {
    expect(event.time).toBeGreaterThanOrEqual(time);
    time = event.time;
    if (typeof event.process !== 'number') continue;
    expect(event.node).toBe(`n${((event.process % concurrency) % nodes) + 1}`);
    expect(ended.has(event.process)).toBe(false);
    if (event.type === 'invoke') {
      expect(pending.has(event.process)).toBe(false);
      expect(event.scheduled).toBeLessThanOrEqual(event.time);
      // A thread's next process comes into being only when the one before ended.
      if (event.process >= concurrency) expect(ended.has(event.process - concurrency)).toBe(true);
      pending.set(event.process, event);
      continue;
    }
    const invocation = pending.get(event.process);
    expect([invocation?.f, invocation?.key]).toEqual([event.f, event.key]);
    expect(event.time - (invocation?.time ?? 0)).toBeLessThanOrEqual(DEADLINE);
    expect(event.scheduled).toBeUndefined();
    if (event.type !== 'ok') expect(event.value).toEqual(invocation?.value);
    pending.delete(event.process);
    if (event.type === 'info') ended.add(event.process);
  }
  expect(pending.size).toBe(0);
}

const scripts: fc.Arbitrary<readonly Script[]> = fc.array(
  fc.record({
    how: fc.constantFrom<How>('ok', 'ok', 'ok', 'fail', 'info', 'not-applied', 'throws-known', 'throws-unknown', 'throws-at-once', 'no-outcome', 'hangs'),
    // Some after the deadline, none just at it.
    latency: fc.integer({ min: 1, max: 90 }).map((value) => (ms(value) + 1) as Ns),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('a run of any workload against any system', () => {
  const cases = [scripts, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 })] as const;

  it('records a sound history, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(...cases, async (script, concurrency, nodes) => {
        const at = (n: number): Script => script[n % script.length] as Script;
        const { events, stats, system } = await run(limit(40, write), { script: at, concurrency, nodes: nodesOf(nodes) });
        expectSound(events, concurrency, nodes);
        expect(invocationsOf(events)).toHaveLength(40);
        // Every operation reached the system, in the order of the history, exactly once.
        expect(system.calls.map(({ op }) => op.value)).toEqual(invocationsOf(events).map(({ value }) => value));
        const count = (type: Event['type']): number => ofClients(events).filter((event) => event.type === type).length;
        expect(stats).toMatchObject({ invoked: 40, ok: count('ok'), fail: count('fail'), info: count('info') });
        expect(stats.nextProcess).toBeGreaterThan(Math.max(...ofClients(events).map(({ process }) => process as number)));
      }),
      { numRuns: 60 },
    );
  });

  it('gives each operation the outcome that its answer, or its deadline, means', async () => {
    const meaning: Record<How, readonly [Outcome['type'], string | undefined]> = {
      ok: ['ok', undefined],
      'not-applied': ['ok', undefined],
      fail: ['fail', 'scripted'],
      info: ['info', 'scripted'],
      'throws-known': ['fail', 'refused'],
      'throws-unknown': ['info', 'unknown-error'],
      'throws-at-once': ['info', 'unknown-error'],
      'no-outcome': ['info', 'bad-outcome'],
      hangs: ['info', 'deadline'],
    };
    await fc.assert(
      fc.asyncProperty(...cases, async (script, concurrency, nodes) => {
        const at = (n: number): Script => script[n % script.length] as Script;
        const { events, stats, system } = await run(limit(30, write), { script: at, concurrency, nodes: nodesOf(nodes) });
        let late = 0;
        for (const {
          op,
          call,
          script: { how, latency },
          at: start,
        } of system.calls) {
          const expired = how === 'hangs' || (how !== 'throws-at-once' && latency > DEADLINE);
          const [type, code] = expired ? (['info', 'deadline'] as const) : meaning[how];
          const invocation = events.findIndex((event) => event.type === 'invoke' && event.value === op.value);
          const completion = events.slice(invocation + 1).find(({ process }) => process === events[invocation]?.process);
          expect(completion).toMatchObject({ type, time: start + (expired ? DEADLINE : how === 'throws-at-once' ? 0 : latency) });
          expect(completion?.error?.code).toBe(code);
          expect(completion?.applied).toBe(how === 'not-applied' && !expired ? false : undefined);
          expect(call.deadline).toBe(start + DEADLINE);
          // Asked for only now, the signal tells what happened all the same.
          expect(call.signal.aborted).toBe(expired);
          if (expired && ['ok', 'fail', 'not-applied'].includes(how) && start + latency <= stats.endedAt) late++;
        }
        expect(stats.late).toBe(late);
      }),
      { numRuns: 60 },
    );
  });

  it('closes a crashed client before the thread opens the next, and all at the end', async () => {
    await fc.assert(
      fc.asyncProperty(...cases, fc.constantFrom<Ns | 'hangs'>(ns(0), ms(20), 'hangs'), async (script, concurrency, nodes, closing) => {
        const at = (n: number): Script => script[n % script.length] as Script;
        const { events, system } = await run(limit(30, write), {
          script: at,
          concurrency,
          // A node for each thread, so that notes tell threads apart.
          nodes: nodesOf(concurrency),
          closeDeadline: ms(70),
          prepare: (it) => {
            it.closing = () => closing;
          },
        });
        expect(nodes).toBeGreaterThan(0);
        for (let thread = 0; thread < concurrency; thread++) {
          const notes = system.notes.filter(({ node }) => node === `n${thread + 1}`);
          notes.forEach((note, i) => {
            expect(note.what).toBe(i % 2 === 0 ? 'open' : 'close');
            if (i > 0) expect(note.client === notes[i - 1]?.client).toBe(note.what === 'close');
          });
          expect(notes.length % 2).toBe(0);
          if (closing !== 'hangs') expect(system.closed).toBe(system.notes.filter(({ what }) => what === 'close').length);
          // The next open waits for the close, but not for ever.
          notes.forEach(({ what, time }, i) => {
            const closed = notes[i - 1];
            if (what === 'open' && closed !== undefined) expect(time - closed.time).toBe(closing === 'hangs' ? ms(70) : closing);
          });
        }
        const crashes = ofClients(events).filter(({ type }) => type === 'info').length;
        expect(system.notes.filter(({ what }) => what === 'open').length).toBeLessThanOrEqual(concurrency + crashes);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same for the same seed', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const once = async (): Promise<readonly Event[]> =>
          (await run(limit(30, write), { script: (n) => script[n % script.length] as Script, clientPolicy: 'roaming' })).events;
        expect(await once()).toEqual(await once());
      }),
      { numRuns: 20 },
    );
  });
});

describe('a client that finds its node by itself', () => {
  it('is recorded with the node that each operation goes to', async () => {
    const { events } = await run(limit(6, write), {
      concurrency: 1,
      prepare: (system) => {
        const open = system.open.bind(system);
        let asked = 0;
        system.open = async (...given) => Object.assign(await open(...given), { speaksTo: (): NodeId | undefined => [undefined, 'n3' as NodeId][asked++ % 2] });
      },
    });
    // where it does not know, it is the node that it was opened for
    expect(invocationsOf(events).map(({ node }) => node)).toEqual(Array(6).fill('n1'));
    expect(completionsOf(events).map(({ node }) => node)).toEqual(Array(6).fill('n3'));
  });
});

describe('dispatch', () => {
  it('uses one timer for all deadlines, and none per operation', async () => {
    let timers = 0;
    const { events } = await run(limit(2_000, write), {
      prepare: (system, clock) => {
        system.opening = () => ns(0);
        const at = clock.at.bind(clock);
        Object.assign(clock, {
          at: (time: Ns, go: () => void) => {
            timers++;
            return at(time, go);
          },
        });
      },
    });
    expect(completionsOf(events)).toHaveLength(2_000);
    // The clients sleep once per operation; the runner needs one deadline timer per 50 ms, and one per client opened or closed.
    expect(timers - 2_000).toBeLessThan(60);
  });

  it('starts an operation at its time, not before and not after', async () => {
    const { events } = await run(delay(ms(7), limit(20, write)), { concurrency: 3 });
    expect(invocationsOf(events).map(({ time }) => time)).toEqual(Array.from({ length: 20 }, (_, i) => ms(7 * i)));
  });

  it('waits for an operation of the future, and asks again when something happens before', async () => {
    const later: Liftable = [{ f: 'write' }, { f: 'write', time: ms(40) }, { f: 'write' }];
    const { events } = await run(later, { script: always('ok', ms(38)) });
    expect(invocationsOf(events).map(({ time }) => time)).toEqual([0, ms(40), ms(40)]);
  });

  it('records the intended start of an open loop, also when it is behind', async () => {
    const { events } = await run(rate(1_000, limit(50, write), { distribution: 'fixed' }), { concurrency: 2, script: always('ok', ms(10)) });
    const invocations = invocationsOf(events);
    expect(invocations.map(({ scheduled }) => scheduled)).toEqual(Array.from({ length: 50 }, (_, i) => ms(i)));
    expect(invocations.at(-1)?.time).toBe(ms(241));
  });

  it('wakes for the end of a time limit', async () => {
    const never: Generator = { op: () => ({ kind: 'pending' }), update: () => never };
    const { stats } = await run(timeLimit(seconds(3), [{ f: 'write' }, never]));
    expect(stats.endedAt).toBe(seconds(3));
  });

  it('talks to node i mod n where clients are pinned, to any where they roam', async () => {
    const nodesOfProcesses = async (clientPolicy: 'pinned' | 'roaming'): Promise<Map<unknown, Set<unknown>>> => {
      const { events } = await run(limit(200, write), { clientPolicy, concurrency: 4, script: (n) => ({ how: n % 5 === 4 ? 'info' : 'ok', latency: ms(1) }) });
      const nodes = new Map<unknown, Set<unknown>>();
      for (const { process, node } of ofClients(events)) nodes.set(process, (nodes.get(process) ?? new Set()).add(node));
      return nodes;
    };
    for (const [process, nodes] of await nodesOfProcesses('pinned')) expect([...nodes]).toEqual([`n${(((process as number) % 4) % 3) + 1}`]);
    const roaming = await nodesOfProcesses('roaming');
    for (const nodes of roaming.values()) expect(nodes.size).toBe(1);
    const ofThread0 = new Set([...roaming].filter(([process]) => (process as number) % 4 === 0).flatMap(([, nodes]) => [...nodes]));
    expect(ofThread0.size).toBe(3);
  });

  it('carries out log and sleep, and does not record them', async () => {
    const lines: string[] = [];
    const { events } = await run(phases({ f: 'write' }, log('half time'), sleep(seconds(2)), { f: 'write' }), { onLog: (line) => lines.push(line) });
    expect(lines).toEqual(['half time']);
    expect(events.map(({ f, type, time }) => [f, type, time])).toEqual([
      ['write', 'invoke', 0],
      ['write', 'ok', ms(1)],
      ['write', 'invoke', seconds(2) + ms(1)],
      ['write', 'ok', seconds(2) + ms(2)],
    ]);
  });

  it('lets I/O have its turn between operations that need none', async () => {
    let turns = 0;
    let running = true;
    const tick = (): void => {
      turns++;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    const { options } = prepare(limit(5_000, write), { operations: [{ f: 'write', effect: 'once', deadline: seconds(600) }] });
    const inMemory: ClientFactory = {
      open: async () => ({ invoke: async ({ value }) => ({ type: 'ok', value }), close: async () => undefined }),
      classify: () => undefined,
    };
    const stats = await runWorkload({
      ...options,
      clock: createRealClock(),
      clientFor: inMemory,
      yieldToIo: () => new Promise((resolve) => setImmediate(resolve)),
    });
    running = false;
    expect(stats.ok).toBe(5_000);
    expect(turns).toBeGreaterThan(20);
  });

  it('tells how it goes, at intervals', async () => {
    const snapshots: (readonly [Ns, number, number])[] = [];
    await run(timeLimit(seconds(3), write), {
      onProgress: ({ time, invoked, inFlight }) => snapshots.push([time, invoked, inFlight]),
      script: always('ok', ms(10)),
    });
    expect(snapshots.map(([time]) => time)).toEqual([seconds(1), seconds(2), seconds(3)]);
    expect(snapshots[1]?.[1]).toBe(2 * (snapshots[0]?.[1] ?? 0));
  });

  it('records what a client sees beside its answers at once', async () => {
    const { events } = await run(limit(3, write), {
      concurrency: 1,
      prepare: (system) => {
        const push = system.calls.push.bind(system.calls);
        system.calls.push = (...calls) => {
          for (const { call } of calls) call.observe('watch', [1, 2]);
          return push(...calls);
        };
      },
    });
    expect(events.map(({ process, type, f }) => [process, type, f])).toEqual(
      [0, 1, 2].flatMap(() => [
        [0, 'invoke', 'write'],
        ['observer:client', 'info', 'watch'],
        [0, 'ok', 'write'],
      ]),
    );
  });
});

describe('opening clients', () => {
  it('tries again after 100 ms, doubling to 2 s, costs no operation, and does not hold up other threads', async () => {
    const { events, stats, system } = await run(delay(ms(100), limit(100, write)), {
      concurrency: 3,
      prepare: (it, clock) => {
        it.opening = (node) => (node === 'n2' && clock.now() < seconds(6) ? new Error('connection refused') : ns(0));
      },
    });
    const attempts = system.notes.filter(({ node, what }) => node === 'n2' && what === 'open').map(({ time }) => time);
    expect(attempts).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100].map(ms));
    expect(stats).toMatchObject({ invoked: 100, ok: 100, openFailures: 7, observed: 7 });
    const failures = events.filter(({ process }) => process === 'observer:client');
    expect(failures[0]).toMatchObject({
      type: 'info',
      f: 'open',
      value: { node: 'n2', process: 1 },
      error: { code: 'open-failed', message: 'connection refused' },
    });
    // No operation went to n2 before, and none was lost.
    expect(invocationsOf(events).filter(({ node, time }) => node === 'n2' && time < ms(7_100))).toEqual([]);
    expect(invocationsOf(events).filter(({ node }) => node === 'n2').length).toBeGreaterThan(0);
    expect(invocationsOf(events).map(({ time }) => time)).toEqual(Array.from({ length: 100 }, (_, i) => ms(100 * i)));
  });

  it('bounds an open that hangs, and closes the client that comes too late', async () => {
    const { stats, system } = await run(delay(ms(10), limit(30, write)), {
      concurrency: 2,
      openDeadline: ms(60),
      prepare: (it) => {
        it.opening = (node, n) => (node === 'n2' && n < 2 ? ms(80) : ns(0));
      },
    });
    expect(stats).toMatchObject({ invoked: 30, ok: 30, openFailures: 1 });
    expect(system.notes.filter(({ node, what }) => node === 'n2' && what === 'close').length).toBe(
      system.notes.filter(({ node, what }) => node === 'n2' && what === 'open').length,
    );
  });

  it('does not make a barrier wait for a node that is down', async () => {
    const { events } = await run(phases(limit(4, write), limit(4, write)), {
      concurrency: 3,
      prepare: (it) => {
        it.opening = (node) => (node === 'n2' ? new Error('connection refused') : ns(0));
      },
    });
    expect(invocationsOf(events)).toHaveLength(8);
  });
});

describe('the nemesis', () => {
  const schedule: Liftable = delay(ms(20), [
    { f: 'inject', value: { id: 'kill-1' } },
    { f: 'heal', value: { id: 'kill-1' } },
  ]);
  const nemesisOf = (invoke: Nemesis['invoke']): Nemesis => ({ invoke, healAll: async () => [], close: async () => undefined });
  const ofNemesis = (events: readonly Event[]): unknown[] =>
    events.filter(({ process }) => process === 'nemesis').map(({ type, f, value, time, error }) => [type, f, value, time, error?.code]);

  it('works in a thread of its own beside the clients', async () => {
    const { options, sink, clock } = prepare(null, {});
    const nemesis = nemesisOf(async ({ value }) => {
      await clock.sleep(ms(30));
      return { type: 'info', value: { measured: value } };
    });
    const stats = await clock.run(runWorkload({ ...options, generator: clients(limit(100, write), schedule), nemesis }));
    expect(ofNemesis(sink.events)).toEqual([
      ['invoke', 'inject', { id: 'kill-1' }, 0, undefined],
      ['info', 'inject', { measured: { id: 'kill-1' } }, ms(30), undefined],
      ['invoke', 'heal', { id: 'kill-1' }, ms(30), undefined],
      ['info', 'heal', { measured: { id: 'kill-1' } }, ms(60), undefined],
    ]);
    expect(stats).toMatchObject({ invoked: 100, nemesis: 2 });
    expect(sink.events.filter(({ process, time }) => process !== 'nemesis' && time > 0 && time < ms(30)).length).toBeGreaterThan(100);
  });

  it('is given up at its deadline, and survives what it throws', async () => {
    const { options, sink, clock } = prepare(null, {});
    const nemesis = nemesisOf(({ f }) => {
      if (f === 'heal') throw new Error('no such change');
      return new Promise(() => undefined);
    });
    await clock.run(runWorkload({ ...options, generator: clients(limit(5, write), schedule), nemesis, nemesisDeadline: seconds(2) }));
    expect(ofNemesis(sink.events)).toEqual([
      ['invoke', 'inject', { id: 'kill-1' }, 0, undefined],
      ['info', 'inject', { id: 'kill-1' }, seconds(2), 'nemesis-failed'],
      ['invoke', 'heal', { id: 'kill-1' }, seconds(2), undefined],
      ['info', 'heal', { id: 'kill-1' }, seconds(2), 'nemesis-failed'],
    ]);
  });

  it('must be there when something is for it', async () => {
    const { options, clock } = prepare(null, {});
    await expect(clock.run(runWorkload({ ...options, generator: clients(limit(5, write), schedule) }))).rejects.toThrow(
      /for the nemesis, and the run has none/,
    );
  });
});

describe('the end of a run', () => {
  it('drains when it is told to stop: nothing starts, everything in flight completes or reaches its deadline', async () => {
    const controller = new AbortController();
    const { options, sink, clock, system } = prepare(write, {
      script: (n) => ({ how: n % 5 === 0 ? 'hangs' : 'ok', latency: ms(30) }),
      signal: controller.signal,
    });
    clock.at(ms(200), () => controller.abort());
    const stats = await clock.run(runWorkload(options));
    expectSound(sink.events, 5, 3);
    expect(Math.max(...invocationsOf(sink.events).map(({ time }) => time))).toBeLessThan(ms(200));
    expect(stats.endedAt).toBeGreaterThan(ms(200));
    expect(stats.endedAt).toBeLessThanOrEqual(ms(250));
    expect(system.notes.filter(({ what }) => what === 'close').length).toBe(system.notes.filter(({ what }) => what === 'open').length);
  });

  it('ends sleeping and opening at once, and does not begin when it was stopped before', async () => {
    const controller = new AbortController();
    const { options, clock } = prepare([sleep(seconds(100)), write], { signal: controller.signal, nodes: nodesOf(1), concurrency: 1 });
    clock.at(seconds(1), () => controller.abort());
    expect((await clock.run(runWorkload(options))).endedAt).toBe(seconds(1));
    const stopped = prepare(write, { signal: AbortSignal.abort() });
    expect(await stopped.clock.run(runWorkload(stopped.options))).toMatchObject({ invoked: 0 });
    const unreachable = new AbortController();
    const never = prepare(write, { signal: unreachable.signal });
    never.system.opening = () => 'hangs';
    never.clock.at(seconds(7), () => unreachable.abort());
    expect(await never.clock.run(runWorkload(never.options))).toMatchObject({ invoked: 0, endedAt: seconds(7), openFailures: 5 });
  });

  it('does not wait longer than the drain may take', async () => {
    const controller = new AbortController();
    const { options, sink, clock } = prepare(write, {
      script: always('hangs'),
      signal: controller.signal,
      drainDeadline: ms(5),
      nemesis: { invoke: () => new Promise(() => undefined), healAll: async () => [], close: async () => undefined },
    });
    clock.at(ms(20), () => controller.abort());
    const stats = await clock.run(runWorkload({ ...options, generator: clients(write, { f: 'inject' }) }));
    expect(stats).toMatchObject({ endedAt: ms(25), invoked: 5, info: 5 });
    expect(completionsOf(sink.events).every(({ error }) => error?.code === 'deadline')).toBe(true);
    expect(sink.events.at(-1)).toMatchObject({ process: 'nemesis', type: 'info', error: { code: 'nemesis-failed' } });
  });

  it('records nothing any more once it is over', async () => {
    const { options, sink, clock, system } = prepare(limit(1, write), {});
    await clock.run(runWorkload(options));
    const count = sink.events.length;
    system.calls[0]?.call.observe('watch', 1);
    expect(sink.events).toHaveLength(count);
  });

  it('stops and drains when the generator is at fault, with the reason', async () => {
    const broken = (n: number): Liftable => {
      let left = n;
      return () => {
        if (left-- <= 0) throw new TypeError('no such thing');
        return { f: 'write' };
      };
    };
    const cases: readonly (readonly [Liftable, RegExp])[] = [
      [broken(7), /a generator threw in op: no such thing/],
      [[{ f: 'write' }, { f: 'swim' }], /the workload declares no operation swim/],
      [[{ f: 'write' }, { f: 'write', process: 77 }], /pending/],
      [[{ f: 'write' }, { op: () => ({ kind: 'pending', wakeAt: ns(0) }), update: () => ({}) as Generator }], /asks to be woken at 0 ns/],
      [
        [
          { f: 'write' },
          { op: () => ({ kind: 'op', op: { f: 'write', value: 1, time: 0, process: 99 }, next: {} as Generator }) as never, update: () => ({}) as Generator },
        ],
        /no process 99/,
      ],
    ];
    for (const [generator, words] of cases) {
      const { options, sink, clock, system } = prepare(generator, {});
      await expect(clock.run(runWorkload(options))).rejects.toThrow(words);
      expectSound(sink.events, 5, 3);
      expect(system.notes.filter(({ what }) => what === 'close').length).toBe(5);
    }
  });

  it('ends at once when the history cannot be written, with that error, and closes its clients', async () => {
    for (const failAt of [0, 1, 6, 13]) {
      const { options, clock, system } = prepare(write, { script: (n) => ({ how: n % 3 ? 'ok' : 'hangs', latency: ms(3) }) });
      let count = 0;
      let refused = 0;
      const append = (): number => {
        if (count === failAt) {
          refused++;
          throw new Error('no space left');
        }
        return count++;
      };
      await expect(clock.run(runWorkload({ ...options, sink: { append, flush: () => Promise.resolve() } }))).rejects.toThrow('no space left');
      expect(refused).toBe(1);
      await clock.run(clock.sleep(seconds(5)));
      expect(refused).toBe(1);
      expect(system.notes.filter(({ what }) => what === 'close').length).toBe(system.notes.filter(({ what }) => what === 'open').length);
    }
    const { options, clock } = prepare(write, {});
    const tick = (): void => {
      throw new Error('no space left');
    };
    await expect(clock.run(runWorkload({ ...options, sink: { append: () => 0, flush: () => Promise.resolve(), tick } }))).rejects.toThrow('no space left');
  });
});

describe('values', () => {
  it('are null where a client gives none', async () => {
    const { events } = await run({ f: 'write', value: null as Value });
    expect(events.map(({ value }) => value)).toEqual([null, null]);
  });
});
