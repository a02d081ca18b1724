/**
 * Gets one request answered: sends it to the pinned node first, follows hints to the leader, and repeats it elsewhere
 * when an attempt is not answered in time, until the call's deadline. Repeating is part of raftkv's protocol (rule 5):
 * a repeat carries the same session and sequence number. What became of each attempt is kept, for the history.
 */
import type { Channel, Clock, Cluster, Node, Ns, Value } from '../../../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../../../harness/time/units.ts';
import type { Reply, Request } from '../protocol.ts';
import type { Answer } from '../state-machine.ts';

/** `refused`: no attempt can have had an effect. `unknown`: at least one may have, now or later. */
export type CallResult = { readonly type: 'answered'; readonly answer: Answer } | { readonly type: 'refused' | 'unknown'; readonly attempts: string };

/** How an attempt ended that brought no answer. */
type Miss = { readonly definite: boolean; readonly said: string; readonly hint?: string };

/** Between attempts while no node leads. */
const PAUSE = (20 * NS_PER_MS) as Ns;
/** The call ends so long before its deadline, so that its own account of the attempts is what the history gets. */
const MARGIN = NS_PER_MS;

export class Caller {
  readonly #nodes: readonly Node[];
  readonly #first: number;
  readonly #clock: Clock;
  readonly #attempt: Ns;
  readonly #channels = new Map<Node, Channel>();
  readonly #closing = new AbortController();

  constructor(cluster: Cluster, pinned: Node, attempt: Ns) {
    this.#nodes = cluster.nodes;
    this.#first = Math.max(0, cluster.nodes.indexOf(pinned));
    this.#clock = cluster.clock;
    this.#attempt = attempt;
  }

  async call(request: Request, callDeadline: Ns): Promise<CallResult> {
    const deadline = (callDeadline - MARGIN) as Ns;
    const attempts: string[] = [];
    let definite = true;
    let refusals = 0;
    let turn = this.#first;
    let target = turn;
    // a hint is worth nothing when it names a node that does not answer, however often it is repeated
    const silent = new Set<number>();
    do {
      const node = this.#nodes[target]!;
      const result = await this.#try(node, request, Math.min(deadline, this.#clock.now() + this.#attempt) as Ns);
      if ('ok' in result) return { type: 'answered', answer: result.ok };
      attempts.push(`${node.id} ${result.said}`);
      definite &&= result.definite;
      refusals = result.definite ? refusals + 1 : 0;
      if (!result.definite) silent.add(target);
      const hinted = this.#nodes.findIndex((candidate) => candidate.id === result.hint);
      if (hinted >= 0 && hinted !== target && !silent.has(hinted)) target = hinted;
      else target = turn = (turn + 1) % this.#nodes.length;
      // a refusal costs nothing, so that only a pause keeps a leaderless cluster from being asked without end
      if (refusals >= 2) await this.#pause(deadline);
    } while (this.#clock.now() < deadline && !this.#closing.signal.aborted);
    return { type: definite ? 'refused' : 'unknown', attempts: account(attempts) };
  }

  /** Ends the attempt that is under way. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the client was closed'));
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    await Promise.all(channels.map((channel) => channel.close()));
  }

  async #try(node: Node, request: Request, deadline: Ns): Promise<{ readonly ok: Answer } | Miss> {
    const abort = new AbortController();
    const timer = this.#clock.at(deadline, () => abort.abort(new Error('no answer in time')));
    const onClose = (): void => abort.abort(this.#closing.signal.reason);
    this.#closing.signal.addEventListener('abort', onClose, { once: true });
    try {
      const reply = (await this.#channelTo(node).request(request as Value, abort.signal)) as Reply;
      return 'ok' in reply ? reply : missOf(reply);
    } catch (error) {
      this.#forget(node);
      if (abort.signal.aborted) return { definite: false, said: 'gave no answer in time' };
      return isRefusedConnection(error) ? { definite: true, said: 'refused the connection' } : { definite: false, said: 'lost the connection' };
    } finally {
      timer.cancel();
      this.#closing.signal.removeEventListener('abort', onClose);
    }
  }

  #channelTo(node: Node): Channel {
    let channel = this.#channels.get(node);
    if (channel === undefined) {
      channel = node.channel('clients');
      this.#channels.set(node, channel);
    }
    return channel;
  }

  /** A connection that failed is not used again: a late answer must not be taken for the next one's. */
  #forget(node: Node): void {
    const channel = this.#channels.get(node);
    this.#channels.delete(node);
    channel?.close().catch(() => undefined);
  }

  async #pause(deadline: Ns): Promise<void> {
    const duration = Math.min(PAUSE, Math.max(0, deadline - this.#clock.now())) as Ns;
    await this.#clock.sleep(duration, this.#closing.signal).catch(() => undefined);
  }
}

function missOf(reply: Exclude<Reply, { ok: Answer }>): Miss {
  if (reply.error !== 'not-leader') return { definite: false, said: reply.error };
  if (reply.leader === null) return { definite: true, said: 'knows no leader' };
  return { definite: true, said: `names ${reply.leader}`, hint: reply.leader };
}

/** The one failure of a connection that proves that nothing was sent. */
export function isRefusedConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

/** What was said, in order of its first time, and how often. */
function account(attempts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const said of attempts) counts.set(said, (counts.get(said) ?? 0) + 1);
  return [...counts].map(([said, count]) => (count === 1 ? said : `${said} (${count} times)`)).join('; ');
}
