/** What the suites of hosts share: a cluster with the echo program on every node, and ways to ask it. */
import type { Channel, Cluster, Controls, Node, NodeId, Ns, Program, Value } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry.ts';
import type { EchoRequest } from './echo-program.ts';

/** A host as a suite opens it. */
export interface HostUnderTest {
  open(nodes: number): Promise<Cluster & AsyncDisposable>;
  /** How the host is awaited: `simulator.run` on `sim`, the promise itself elsewhere. */
  within<T>(cluster: Cluster, promise: Promise<T>): Promise<T>;
}

const NS_PER_MS = 1_000_000;
const never = new AbortController().signal;

export function echoOn(options: Value = null): Program {
  return { kind: 'node', module: { url: entryUrl(import.meta.url, './echo-program').href, name: 'echoProgram', options } };
}

/** A cluster whose nodes all run the echo program. */
export class EchoCluster {
  readonly cluster: Cluster;
  readonly #channels = new Map<string, Channel>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  async start(): Promise<void> {
    for (const node of this.cluster.nodes) await node.start(echoOn());
  }

  /** The i-th node, counted from 1 as their names are. */
  node(number: number): Node {
    const node = this.cluster.nodes[number - 1];
    if (node === undefined) throw new RangeError(`there is no node ${number}`);
    return node;
  }

  /** One channel per position and node, kept until the request fails on it. */
  async ask(number: number, request: EchoRequest, from: 'clients' | 'control' = 'clients', signal: AbortSignal = never): Promise<Value> {
    const name = `${from} ${number}`;
    const channel = this.#channels.get(name) ?? this.node(number).channel(from);
    this.#channels.set(name, channel);
    try {
      return await channel.request(request as unknown as Value, signal);
    } catch (error) {
      this.#channels.delete(name);
      await channel.close();
      throw error;
    }
  }

  /** The answer, or 'no answer' when none came within so many ms. */
  async askWithin(ms: number, number: number, request: EchoRequest, from: 'clients' | 'control' = 'clients'): Promise<Value> {
    const giveUp = new AbortController();
    const timer = this.cluster.clock.at((this.cluster.clock.now() + ms * NS_PER_MS) as Ns, () => giveUp.abort(new Error('no answer')));
    try {
      return await this.ask(number, request, from, giveUp.signal);
    } catch (error) {
      if (giveUp.signal.aborted) return 'no answer';
      throw error;
    } finally {
      timer.cancel();
    }
  }

  /** Asks again until the answer is as wanted. Throws what came instead after so many ms. */
  async eventually(ms: number, wanted: Value, ask: () => Promise<Value>): Promise<void> {
    const end = this.cluster.clock.now() + ms * NS_PER_MS;
    for (;;) {
      const got = await ask().catch((error: unknown) => String(error));
      if (JSON.stringify(got) === JSON.stringify(wanted)) return;
      if (this.cluster.clock.now() >= end) throw new Error(`wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)} for ${ms} ms`);
      await this.cluster.clock.sleep((20 * NS_PER_MS) as Ns);
    }
  }

  async sleep(ms: number): Promise<void> {
    await this.cluster.clock.sleep((ms * NS_PER_MS) as Ns);
  }

  /** The control of that kind. Throws where the host has none. */
  control<K extends keyof Controls>(kind: K): Controls[K] {
    const control = this.cluster.control(kind);
    if (control === undefined) throw new Error(`host ${this.cluster.host} has no control of ${kind}`);
    return control;
  }

  async logOf(number: number): Promise<string> {
    const lines: string[] = [];
    for await (const line of this.node(number).logs()) lines.push(line);
    return lines.join('\n');
  }
}

/** Opens a cluster with the echo program on every node, does the work, and closes the cluster whatever happened. */
export async function withEcho<T>(host: HostUnderTest, nodes: number, work: (echo: EchoCluster) => Promise<T>): Promise<T> {
  const cluster = await host.open(nodes);
  const echo = new EchoCluster(cluster);
  const started = async (): Promise<T> => {
    await echo.start();
    return await work(echo);
  };
  try {
    return await host.within(cluster, started());
  } finally {
    await cluster[Symbol.asyncDispose]();
  }
}

/** The code of what a promise rejects with, 'resolved' when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : String(error);
  }
}

export const nodeIds = (...numbers: readonly number[]): readonly NodeId[] => numbers.map((number) => `n${number}` as NodeId);
