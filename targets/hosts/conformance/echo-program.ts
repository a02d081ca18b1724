/**
 * A small node program for the suites of hosts and of `Env`: answers requests, passes pings around, counts in a file.
 * Everything that an `Env` offers can be asked for by a request.
 */
import type { Env, NodeId, NodeProgram, Ns, RunningProgram, Value } from '../../../harness/contracts/index.ts';

/** What the program is asked. */
export type EchoRequest =
  | { readonly do: 'echo'; readonly value: Value }
  /** Never answered. */
  | { readonly do: 'ignore' }
  /** Answered by the peer's reply. */
  | { readonly do: 'ping'; readonly to: string; readonly value: Value }
  /** Sends and answers at once, whatever becomes of the message. */
  | { readonly do: 'tell'; readonly to: string; readonly value: Value }
  /** What peers told this incarnation, in order of arrival. */
  | { readonly do: 'told' }
  /** Appends the text to the file; synced where `sync`. */
  | { readonly do: 'append'; readonly path: string; readonly text: string; readonly sync: boolean }
  | { readonly do: 'read'; readonly path: string }
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'truncate'; readonly path: string; readonly size: number }
  | { readonly do: 'rename'; readonly from: string; readonly to: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'list' }
  | { readonly do: 'members' }
  | { readonly do: 'clock' }
  /** Answered after a timer of so many ms. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'work'; readonly ms: number; readonly pool: string }
  | { readonly do: 'alloc'; readonly bytes: number }
  | { readonly do: 'throw'; readonly where: 'request' | 'timer' }
  | { readonly do: 'log'; readonly line: string }
  | { readonly do: 'draw' };

const NS_PER_MS = 1_000_000;

class Echo implements RunningProgram {
  readonly #env: Env;
  readonly #told: Value[] = [];
  readonly #pings = new Map<number, (answer: Value) => void>();
  #nextPing = 0;

  constructor(env: Env) {
    this.#env = env;
  }

  onMessage(from: NodeId, message: Value): void {
    const [kind, id, value] = message as readonly [string, number, Value];
    if (kind === 'ping') this.#env.send(from, ['pong', id, value]);
    else if (kind === 'pong') {
      this.#pings.get(id)?.(value);
      this.#pings.delete(id);
    } else this.#told.push([from, value]);
  }

  onRequest(message: Value, reply: (answer: Value) => void): void {
    const env = this.#env;
    const request = message as unknown as EchoRequest;
    switch (request.do) {
      case 'ignore':
        return;
      case 'ping':
        this.#pings.set(this.#nextPing, reply);
        env.send(request.to as NodeId, ['ping', this.#nextPing++, request.value]);
        return;
      case 'wait':
        env.timer((request.ms * NS_PER_MS) as Ns, () => reply('waited'));
        return;
      case 'throw':
        if (request.where === 'request') throw new Error('thrown on purpose');
        env.timer(0 as Ns, () => {
          throw new Error('thrown on purpose');
        });
        return;
      default:
        this.#answer(request).then(reply, (error: unknown) => reply({ error: String(error) }));
    }
  }

  async #answer(request: EchoRequest): Promise<Value> {
    const env = this.#env;
    switch (request.do) {
      case 'append':
      case 'read':
      case 'write':
      case 'truncate':
      case 'rename':
      case 'remove':
      case 'list':
        return onDisk(env, request);
      case 'members':
        return [env.self, ...env.peers];
      case 'echo':
        return request.value;
      case 'tell':
        env.send(request.to as NodeId, ['tell', 0, request.value]);
        return 'told';
      case 'told':
        return [...this.#told];
      case 'clock':
        return { wallMs: env.clock.wallMs(), monotonic: env.clock.monotonic() };
      case 'work':
        await env.work((request.ms * NS_PER_MS) as Ns, request.pool);
        return 'worked';
      case 'alloc':
        env.alloc(request.bytes);
        return 'held';
      case 'log':
        env.log(request.line);
        return 'logged';
      case 'draw':
        return env.rng.int(0, 1_000_000);
      default:
        return { error: `unknown request ${JSON.stringify(request)}` };
    }
  }
}

async function onDisk(env: Env, request: EchoRequest): Promise<Value> {
  switch (request.do) {
    case 'append':
      await env.disk.append(request.path, new TextEncoder().encode(request.text));
      if (request.sync) await env.disk.fsync(request.path);
      return 'appended';
    case 'read': {
      const data = await env.disk.read(request.path);
      return data === undefined ? null : new TextDecoder().decode(data);
    }
    case 'write':
      await env.disk.write(request.path, new TextEncoder().encode(request.text));
      return 'written';
    case 'truncate':
      await env.disk.truncate(request.path, request.size);
      return 'truncated';
    case 'rename':
      await env.disk.rename(request.from, request.to);
      return 'renamed';
    case 'remove':
      await env.disk.remove(request.path);
      return 'removed';
    default:
      return [...(await env.disk.list())].sort();
  }
}

/** Started with `{ failStart: true }` it fails to start. */
export const echoProgram: NodeProgram = {
  async start(env, options) {
    if (typeof options === 'object' && options !== null && 'failStart' in options) throw new Error('cannot start');
    env.log(`echo started on ${env.self}`);
    return new Echo(env);
  },
};
