/**
 * The system under test: a warehouse that counts stock. n1 is the primary: it decides every order, has it on disk before
 * it answers, and streams its log to the backups. A backup passes requests on to the primary.
 *
 * The planted bug, `reads: 'nearest'`, is the omission of one of these steps: a backup answers reads from its own copy,
 * which lags when the stream does.
 */
import { type Env, ms, type NodeId, type NodeProgram, type RunningProgram, type Value } from 'ordeal';

export interface Order {
  readonly f: 'put' | 'take' | 'count';
  readonly item: string;
  readonly amount: number;
}

/** `left` is the stock afterwards. */
export type Answer = { readonly type: 'done' | 'refused'; readonly left: number };

/** How far a node is: for readiness and recovery. */
export interface Status {
  readonly length: number;
}

type Message =
  | { readonly type: 'entries'; readonly from: number; readonly entries: readonly Order[]; readonly length: number }
  | { readonly type: 'behind'; readonly length: number }
  | { readonly type: 'forward'; readonly id: number; readonly order: Order }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer };

const PRIMARY = 'n1';
const LOG = 'log';
const HEARTBEAT = ms(50);
const BATCH = 100;

class Warehouse implements RunningProgram {
  readonly #env: Env;
  readonly #reads: 'primary' | 'nearest';
  readonly #stock = new Map<string, number>();
  readonly #log: Order[] = [];
  /** Forwarded orders whose answer is still out. */
  readonly #waiting = new Map<number, (answer: Value) => void>();
  /** Forwards that came in: the network may deliver one twice. */
  readonly #seen = new Set<string>();
  readonly #backups = new Map<NodeId, number>();
  #forwards = 0;
  /** Ends when everything so far is on the disk. */
  #durable: Promise<void> = Promise.resolve();

  constructor(env: Env, reads: 'primary' | 'nearest', log: readonly Order[]) {
    this.#env = env;
    this.#reads = reads;
    for (const order of log) this.#append(order);
    if (env.self === PRIMARY) this.#stream();
  }

  onRequest(message: Value, reply: (answer: Value) => void): void {
    const request = message as { readonly type: 'status' } | { readonly type: 'order'; readonly order: Order };
    if (request.type === 'status') reply({ length: this.#log.length });
    else if (this.#env.self === PRIMARY) this.#decide(request.order, reply);
    else if (request.order.f === 'count' && this.#reads === 'nearest') reply({ type: 'done', left: this.#left(request.order.item) });
    else this.#forward(request.order, reply);
  }

  onMessage(from: NodeId, value: Value): void {
    const message = value as Message;
    if (message.type === 'entries') this.#follow(from, message.from, message.entries, message.length);
    else if (message.type === 'behind') this.#backups.set(from, message.length);
    else if (message.type === 'answer') this.#answer(message.id, message.answer);
    else if (!this.#seen.has(`${from} ${message.id}`)) {
      this.#seen.add(`${from} ${message.id}`);
      this.#decide(message.order, (answer) => this.#send(from, { type: 'answer', id: message.id, answer: answer as Answer }));
    }
  }

  #forward(order: Order, reply: (answer: Value) => void): void {
    const id = ++this.#forwards;
    this.#waiting.set(id, reply);
    this.#send(PRIMARY as NodeId, { type: 'forward', id, order });
  }

  /** The primary's work. What is answered is on disk, and so is everything that the answer was computed from. */
  #decide(order: Order, reply: (answer: Value) => void): void {
    const refused = order.f === 'take' && this.#left(order.item) < order.amount;
    if (order.f !== 'count' && !refused) {
      this.#append(order);
      this.#durable = this.#durable.then(() => this.#persist(order));
    }
    const answer: Answer = { type: refused ? 'refused' : 'done', left: this.#left(order.item) };
    void this.#durable.then(() => reply(answer));
  }

  async #persist(order: Order): Promise<void> {
    await this.#env.disk.append(LOG, new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    await this.#env.disk.fsync(LOG);
  }

  /** To every backup what it has not confirmed, again and again. Only what is on disk: a crash must not lose it. */
  #stream(): void {
    const { length } = this.#log;
    void this.#durable.then(() => {
      for (const peer of this.#env.peers) {
        const from = this.#backups.get(peer) ?? 0;
        this.#send(peer, { type: 'entries', from, entries: this.#log.slice(from, Math.min(length, from + BATCH)), length });
      }
      this.#env.timer(HEARTBEAT, () => this.#stream());
    });
  }

  #follow(primary: NodeId, from: number, entries: readonly Order[], length: number): void {
    if (from <= this.#log.length) for (const order of entries.slice(this.#log.length - from)) this.#append(order);
    if (this.#log.length < length || entries.length > 0) this.#send(primary, { type: 'behind', length: this.#log.length });
  }

  #answer(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #append(order: Order): void {
    this.#log.push(order);
    this.#stock.set(order.item, this.#left(order.item) + (order.f === 'put' ? order.amount : -order.amount));
  }

  #left(item: string): number {
    return this.#stock.get(item) ?? 0;
  }

  #send(to: NodeId, message: Message): void {
    this.#env.send(to, message as unknown as Value);
  }
}

/** What a node runs. The primary begins with what its disk kept, a backup with nothing: it is told. */
export const warehouseProgram: NodeProgram<{ readonly reads: 'primary' | 'nearest' }> = {
  async start(env, { reads }) {
    const kept = env.self === PRIMARY ? await env.disk.read(LOG) : undefined;
    const lines = new TextDecoder().decode(kept).split('\n');
    // what stands behind the last line's end was never answered
    return new Warehouse(
      env,
      reads,
      lines.slice(0, -1).map((line) => JSON.parse(line) as Order),
    );
  },
};
