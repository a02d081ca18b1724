/** One real server on loopback, in a folder of its own, for the conformance suites of clients. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Call, ClientFactory, Cluster, Invocation, Node, Ns, System } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';

export interface ServerRequest {
  readonly name: string;
  /** What starts it: it serves clients at `client`, may use the port `peer`, and keeps its data in `folder`. */
  argv(folder: string, client: Address, peer: Address): readonly [program: string, ...argv: string[]];
  /** Whether it serves. May reject while it does not. */
  serves(client: Address): Promise<boolean>;
  /** For how long it may not serve; 30 s where it is not said. */
  readonly patience?: Ns;
}

export interface SingleServer extends AsyncDisposable {
  readonly address: Address;
}

const PATIENCE = ms(30_000);
const clock = createRealClock();
const never = new AbortController().signal;

/** The system's program as it is provisioned, under its name there; or the reason why it cannot be had. */
export async function binaryOf<P>(system: System<P>, options: P, name: string): Promise<{ readonly binary?: string; readonly reason?: string }> {
  try {
    return { binary: ((await system.provision(options, never)) as Readonly<Record<string, string>>)[name]! };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

/** Starts it and waits until it serves. Rejects when it ends before, or takes too long. */
export async function startSingleServer({ name, argv, serves, patience = PATIENCE }: ServerRequest): Promise<SingleServer> {
  const folder = mkdtempSync(join(tmpdir(), `ordeal-${name}-`));
  const address = await freeAddress();
  const [program, ...args] = argv(folder, address, await freeAddress());
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
    // what the server had started may end a moment later
    rmSync(folder, { recursive: true, maxRetries: 10 });
  };
  const end = clock.now() + patience;
  while (!(await serves(address).catch(() => false))) {
    if (child.exitCode !== null || clock.now() > end) {
      await stop();
      throw new Error(`${name} does not serve (exit ${child.exitCode})`);
    }
    await clock.sleep(ms(50));
  }
  return { address, [Symbol.asyncDispose]: stop };
}

async function freeAddress(): Promise<Address> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return { host: '127.0.0.1', port };
}

/** A node that is nothing but an address. */
export const nodeAt = (address: Address): Node => ({ id: 'n1', address: () => address }) as unknown as Node;

/** A cluster of one such node. */
export const clusterAt = (address: Address): Cluster => ({ nodes: [nodeAt(address)] }) as unknown as Cluster;

/** Does operations one after the other with one client; gives their outcomes. */
export async function invokeAll(factory: ClientFactory, address: Address, ...ops: readonly Invocation[]): Promise<unknown[]> {
  const client = await factory.open(nodeAt(address), never);
  const call: Call = { deadline: (clock.now() + ms(5_000)) as Ns, signal: never, observe: () => {} };
  const outcomes: unknown[] = [];
  for (const op of ops) outcomes.push(await client.invoke(op, call));
  await client.close();
  return outcomes;
}
