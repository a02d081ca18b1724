/**
 * The conformance suite of clients: what keeps a history true (rules 1 and 5). Against a real server, through a proxy
 * that meddles: no request is repeated behind our back, none is kept for later, and what is told of each operation is
 * what can be known of it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Address, Client, ClientFactory, Clock, Invocation, Node, Ns, Outcome, Value } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { MeddlingProxy } from './meddling-proxy.ts';

export interface ClientSuite {
  readonly factory: ClientFactory;
  /** The real server. */
  readonly server: Address;
  /** A node whose clients reach it at that address. */
  nodeAt(address: Address): Node;
  /** How one request of an operation looks on the wire; with the global flag. */
  readonly request: RegExp;
  /** An operation with an effect of its own. */
  write(number: number): Invocation;
  readonly read: Invocation;
  /** Whether what a read gave shows the write of that number. */
  shows(read: Value, number: number): boolean;
  /**
   * `single`: one operation is one request. `session`: the client's protocol repeats a request under the same number, and
   * the server carries it out once; then only effects are counted, and an operation without an answer ends at its deadline.
   */
  readonly requests: 'single' | 'session';
}

const PATIENCE = ms(5_000);
const SHORT = ms(400);
const clock: Clock = createRealClock();
const never = new AbortController().signal;

/** One client behind a proxy, and one straight at the server that tells what is so. */
class Bench {
  readonly proxy: MeddlingProxy;
  readonly #suite: ClientSuite;
  readonly client: Client;
  readonly #witness: Client;

  constructor(suite: ClientSuite, proxy: MeddlingProxy, client: Client, witness: Client) {
    this.#suite = suite;
    this.proxy = proxy;
    this.client = client;
    this.#witness = witness;
  }

  static async open(suite: ClientSuite): Promise<Bench> {
    const proxy = await MeddlingProxy.start(suite.server, suite.request, clock);
    const client = await suite.factory.open(suite.nodeAt(proxy.address), never);
    return new Bench(suite, proxy, client, await suite.factory.open(suite.nodeAt(suite.server), never));
  }

  /** What the history would say: errors go through the client's own table, unknown ones are `info`; `info` at the deadline. */
  async outcome(op: Invocation, allowed: Ns = PATIENCE, client: Client = this.client): Promise<Outcome> {
    const deadline = (clock.now() + allowed) as Ns;
    const giveUp = new AbortController();
    const timer = clock.at(deadline, () => giveUp.abort(new Error('the deadline has passed')));
    try {
      return await client.invoke(op, { deadline, signal: giveUp.signal, observe: () => {} });
    } catch (error) {
      return this.#suite.factory.classify(error) ?? { type: 'info', error: { code: 'unknown', message: String(error) } };
    } finally {
      timer.cancel();
    }
  }

  /** Whether that write has taken effect, asked of the server itself. */
  async happened(number: number): Promise<boolean> {
    const read = await this.outcome(this.#suite.read, PATIENCE, this.#witness);
    if (read.type !== 'ok') throw new Error(`the server does not answer: ${JSON.stringify(read)}`);
    return this.#suite.shows(read.value, number);
  }

  /** Waits so long that whoever kept something for later would have sent it. */
  settle(): Promise<void> {
    return clock.sleep(ms(300));
  }

  async close(): Promise<void> {
    await Promise.all([this.client.close(), this.#witness.close()]);
    await this.proxy.close();
  }
}

/** Registers the whole suite under `name`. `open` starts the server; what it gives is closed at the end. */
export function clientSuite(name: string, open: () => Promise<ClientSuite & AsyncDisposable>): void {
  describe(`client ${name}`, () => {
    let suite: ClientSuite & AsyncDisposable;
    let bench: Bench;
    let number = 0;
    beforeAll(async () => {
      suite = await open();
    });
    afterAll(() => suite?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      number++;
      bench = await Bench.open(suite);
      if (suite.requests === 'session') await openSession(suite, bench, number);
    });
    afterEach(() => bench.close());
    const subject = (): Subject => ({ suite, bench, number });
    answers(subject);
    silence(subject);
    refusals(subject);
    resets(subject);
    closing(subject);
  });
}

/** What is meddled with afterwards is an operation, not the handshake before it. */
async function openSession(suite: ClientSuite, bench: Bench, number: number): Promise<void> {
  expect(await bench.outcome(suite.write(-number))).toMatchObject({ type: 'ok' });
  bench.proxy.requests = 0;
}

interface Subject {
  readonly suite: ClientSuite;
  readonly bench: Bench;
  /** Of this test's write; no other test has it. */
  readonly number: number;
}

function answers(subject: () => Subject): void {
  it('does one request for each operation, and reads what it wrote', async () => {
    const { suite, bench, number } = subject();
    expect(await bench.outcome(suite.write(number))).toMatchObject({ type: 'ok' });
    const read = await bench.outcome(suite.read);
    expect(read.type === 'ok' && suite.shows(read.value, number)).toBe(true);
    if (suite.requests === 'single') expect(bench.proxy.requests).toBe(2);
  });

  it('waits for a slow answer, and asks no second time meanwhile', async () => {
    const { suite, bench, number } = subject();
    bench.proxy.meddling = { delayAnswers: ms(suite.requests === 'single' ? 700 : 100) };
    expect(await bench.outcome(suite.write(number))).toMatchObject({ type: 'ok' });
    if (suite.requests === 'single') expect(bench.proxy.requests).toBe(1);
  });
}

function silence(subject: () => Subject): void {
  it('knows nothing of what was sent and not answered: info at the deadline, though it has happened', async () => {
    const { suite, bench, number } = subject();
    bench.proxy.meddling = 'swallow-answers';
    expect(await bench.outcome(suite.write(number), ms(1_000))).toMatchObject({ type: 'info' });
    expect(await bench.happened(number)).toBe(true);
    await bench.settle();
    if (suite.requests === 'single') expect(bench.proxy.requests).toBe(1);
  });

  it('takes a late answer for no other operation’s', async () => {
    const { suite, bench, number } = subject();
    expect(await bench.outcome(suite.write(number))).toMatchObject({ type: 'ok' });
    bench.proxy.meddling = { delayAnswers: ms(600) };
    expect(await bench.outcome(suite.write(number + 0.5), SHORT)).toMatchObject({ type: 'info' });
    bench.proxy.meddling = 'none';
    for (let i = 0; i < 3; i++) {
      const read = await bench.outcome(suite.read);
      expect(read.type === 'ok' && suite.shows(read.value, number + 0.5)).toBe(true);
      await clock.sleep(ms(200));
    }
  });
}

function refusals(subject: () => Subject): void {
  it('fails what met a refused connection, and sends it at no time later', async () => {
    const { suite, bench, number } = subject();
    await bench.proxy.refuse();
    // a connection that is known to be lost: one that is not yet may carry the request away, which is `info`
    await bench.settle();
    expect(await bench.outcome(suite.write(number), ms(1_000))).toMatchObject({ type: 'fail' });
    await bench.proxy.accept();
    await bench.settle();
    expect(bench.proxy.requests).toBe(0);
    expect(await bench.happened(number)).toBe(false);
    expect(await bench.outcome(suite.read)).toMatchObject({ type: 'ok' });
    expect(await bench.happened(number)).toBe(false);
  });
}

function resets(subject: () => Subject): void {
  for (const meddling of ['reset-at-answer', 'cut-answer-short'] as const) {
    it(`knows nothing of what was sent before the connection was lost (${meddling})`, async () => {
      const { suite, bench, number } = subject();
      bench.proxy.meddling = meddling;
      expect(await bench.outcome(suite.write(number), ms(2_000))).toMatchObject({ type: 'info' });
      await bench.settle();
      expect(await bench.happened(number)).toBe(true);
      if (suite.requests === 'single') expect(bench.proxy.requests).toBe(1);
    });
  }

  it('says only what is so when a connection that stood idle was reset, and repeats nothing', async () => {
    const { suite, bench, number } = subject();
    expect(await bench.outcome(suite.read)).toMatchObject({ type: 'ok' });
    const before = bench.proxy.requests;
    bench.proxy.reset();
    const outcome = await bench.outcome(suite.write(number));
    await bench.settle();
    const happened = await bench.happened(number);
    if (outcome.type !== 'info') expect({ type: outcome.type, happened }).toEqual({ type: outcome.type, happened: outcome.type === 'ok' });
    if (suite.requests === 'single') expect(bench.proxy.requests - before).toBe(happened ? 1 : 0);
  });
}

function closing(subject: () => Subject): void {
  it('holds no connection after it was closed, though an operation is under way', async () => {
    const { suite, bench, number } = subject();
    bench.proxy.meddling = 'swallow-answers';
    const pending = bench.outcome(suite.write(number));
    for (let tries = 0; bench.proxy.requests === 0 && tries < 250; tries++) await clock.sleep(ms(20));
    expect(bench.proxy.open).toBeGreaterThan(0);
    await bench.client.close();
    expect(await pending).toMatchObject({ type: 'info' });
    for (let tries = 0; bench.proxy.open > 0 && tries < 100; tries++) await clock.sleep(ms(20));
    expect(bench.proxy.open).toBe(0);
  });
}
