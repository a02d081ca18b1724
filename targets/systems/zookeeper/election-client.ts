/**
 * Elections by ZooKeeper's recipe: who stands first leads. The term is the transaction that made the leader's node (its czxid).
 * Each candidate stands in a session of its own that nobody pings; by removing its node it steps down.
 */
import type { Call, Client, ClientFactory, Clock, Invocation, Outcome } from '../../../harness/contracts/index.ts';
import type { ElectionOperation } from '../../../workloads/operations/election.ts';
import { withPatience } from '../patience/patience.ts';
import { pathOf, readThrough, type SessionParts, zookeeperSessions } from './client-factory.ts';
import { ZookeeperError } from './errors.ts';
import { childrenIn, getChildren, getData, nodeDataIn, REFUSAL } from './jute.ts';
import { ensure, firstOf, joinLine, leaveLine, type Place, untilFirst } from './line.ts';
import type { ZookeeperOptions } from './options.ts';
import type { Session } from './session.ts';

export function electionClients({ reads }: ZookeeperOptions): ClientFactory {
  return zookeeperSessions((parts) => new ElectionClient(parts, reads));
}

class ElectionClient implements Client {
  readonly #session: Session;
  readonly #address: SessionParts['address'];
  readonly #clock: Clock;
  readonly #reads: ZookeeperOptions['reads'];
  /** Where it leads, or led. */
  #place: Place | undefined;

  constructor({ session, address, clock }: SessionParts, reads: ZookeeperOptions['reads']) {
    this.#session = session;
    this.#address = address;
    this.#clock = clock;
    this.#reads = reads;
  }

  async invoke(op: Invocation, { signal }: Call): Promise<Outcome> {
    const { f, key, value } = op as unknown as ElectionOperation;
    if (f === 'elect') return this.#elect(lineOf(key), value, signal);
    if (f === 'inspect') return this.#inspect(lineOf(key), signal);
    throw new Error(`the election client does not know "${op.f}"`);
  }

  /** A process that ends does not step down: its session runs out. */
  async close(): Promise<void> {
    this.#place?.session.abandon();
    this.#session.close();
  }

  async #elect(line: string, { leader, lease }: { readonly leader: number; readonly lease: number }, signal: AbortSignal): Promise<Outcome> {
    if (this.#place !== undefined) await leaveLine(this.#session, this.#place, signal);
    this.#place = undefined;
    await ensure(this.#session, [line], signal);
    const place = await joinLine(this.#address, line, String(leader), lease, signal);
    const turn = await withPatience(this.#clock, signal, async (both) => {
      await untilFirst(place, both);
      return 'has come';
    });
    if (turn === undefined) {
      // it may have been elected in this very moment: without its node it does not lead
      await leaveLine(this.#session, place, signal);
      return { type: 'fail', error: { code: 'not-elected', message: 'somebody else leads' } };
    }
    this.#place = place;
    return { type: 'ok', value: [place.czxid, leader] };
  }

  async #inspect(line: string, signal: AbortSignal): Promise<Outcome> {
    const listed = await readThrough(this.#session, this.#reads, getChildren(line), signal);
    if (listed.error !== 0 && listed.error !== REFUSAL.noNode) throw new ZookeeperError(listed.error);
    const first = listed.error === 0 ? firstOf(childrenIn(listed.body)) : undefined;
    if (first === undefined) return nobody('nobody stands in the line');
    const [found] = await this.#session.askAll([getData(`${line}/${first}`)], signal);
    if (found!.error === REFUSAL.noNode) return nobody('who led has just gone');
    if (found!.error !== 0) throw new ZookeeperError(found!.error);
    const { czxid, data } = nodeDataIn(found!.body);
    return { type: 'ok', value: [czxid, Number(data)] };
  }
}

function nobody(message: string): Outcome {
  return { type: 'fail', error: { code: 'nobody-leads', message } };
}

function lineOf(key: number): string {
  return pathOf(`election-${key}`);
}
