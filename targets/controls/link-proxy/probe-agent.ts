/**
 * Measures links as their ends would (rule 13): a listener beside each node, connections between all pairs of positions
 * through the same doors that the nodes use, made before any fault; numbered messages over them and over new ones.
 * What counts is what arrived at the other end. It knows nothing of the proxy's rules.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Clock, LinkEnd, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { linkKey } from '../desired-state.ts';
import { readJsonLines } from '../helper-process/line-protocol.ts';
import type { Link, LinkCount, LinkLook, ProbeAnswer, ProbeDoor, ProbeRequest } from './probe-protocol.ts';

const MESSAGES = 3;
const MESSAGE_PAUSE = ms(20);
const POLL = ms(5);
/** How long messages over untouched links may take before the measurement says nothing. */
const CONTROL_DEADLINE = ms(5_000);
const REDIAL_AFTER = ms(100);
const OPEN_DEADLINE = ms(10_000);

type Line =
  | { readonly hello: { readonly from: LinkEnd; readonly to: LinkEnd; readonly lasting: boolean } }
  | { readonly number: number }
  | { readonly ask: number };

interface Tally {
  readonly link: Link;
  readonly numbers: number[];
  /** Whether its messages are questions, which are answered. */
  readonly asks?: true;
}

export class ProbeAgent {
  readonly #clock: Clock;
  readonly #doors = new Map<string, ProbeDoor>();
  /** By sender and receiver: the socket that the sender writes to. */
  readonly #lasting = new Map<string, Socket>();
  readonly #arrived = new Set<number>();
  readonly #heard = new Set<number>();
  #number = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async serve(request: ProbeRequest): Promise<ProbeAnswer> {
    if (request.op === 'measure') return this.#measure(request.links, request.controls, ms(request.patienceMs));
    if (request.op === 'ask') return this.#ask(request.links, request.controls, ms(request.patienceMs));
    if (request.op === 'look') return this.#look(request.links, request.controls, ms(request.patienceMs));
    await Promise.all(request.listen.map(({ at }) => this.#listen(at)));
    for (const door of request.doors) this.#doors.set(linkKey(door.from, door.node), door);
    this.#connectAll();
    const ready = (): boolean => request.doors.every(({ from, node }) => this.#lasting.has(linkKey(from, node)) && this.#lasting.has(linkKey(node, from)));
    await this.#until(ready, OPEN_DEADLINE);
    if (!ready()) throw new Error('the probe lines through the link proxy could not be opened');
    return { links: [], controls: [] };
  }

  async #look(links: readonly Link[], controls: readonly Link[], patience: Ns): Promise<ProbeAnswer> {
    const watched = [...links, ...controls].map((link) => this.#watch(link));
    const untouched = watched.slice(links.length);
    const done = (): boolean => watched.every(({ fresh, standing }) => fresh() !== 'silent' && standing() === 'ended');
    await this.#until(() => untouched.every(({ fresh }) => fresh() === 'answered'), CONTROL_DEADLINE);
    await this.#until(done, patience);
    const looks = watched.map(({ link, fresh, standing, socket }): LinkCount => {
      const look = { fresh: fresh(), standing: standing() };
      socket?.destroy();
      return { link, sent: 1, arrived: look.fresh === 'answered' ? 1 : 0, look };
    });
    return { links: looks.slice(0, links.length), controls: looks.slice(links.length) };
  }

  /** Asks over a new connection, and says something over the one that stood: a refusal is news only to who sends. */
  #watch(link: Link) {
    const [from, to] = link;
    const door = this.#doors.get(linkKey(from, to)) ?? this.#doors.get(linkKey(to, from));
    const socket = door === undefined ? undefined : this.#dial(door, false);
    let ended = socket === undefined;
    socket?.once('close', () => {
      ended = true;
    });
    const number = ++this.#number;
    if (socket !== undefined) write(socket, { ask: number });
    // it stands where both of its ends hold it: one that waits before a cut was never taken by the other
    const ends = [this.#lasting.get(linkKey(from, to)), this.#lasting.get(linkKey(to, from))];
    for (const end of ends) if (end !== undefined && !end.destroyed) write(end, { number: ++this.#number });
    return {
      link,
      socket,
      fresh: (): LinkLook['fresh'] => (this.#arrived.has(number) ? 'answered' : ended ? 'ended' : 'silent'),
      standing: (): LinkLook['standing'] => (ends.every((end) => end !== undefined && !end.destroyed) ? 'open' : 'ended'),
    };
  }

  #listen(at: { readonly host: string; readonly port: number }): Promise<void> {
    const server = createServer((socket) => {
      this.#receive(socket, (hello) => {
        if (hello.lasting) this.#keep(hello.to, hello.from, socket);
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, resolve);
    });
  }

  /** Dials the lasting lines that are missing, one for each pair of ends: it serves both directions. */
  #connectAll(): void {
    for (const door of this.#doors.values()) {
      const { from, node } = door;
      if (from !== node && this.#doors.has(linkKey(node, from)) && from > node) continue;
      if (this.#lasting.has(linkKey(from, node))) continue;
      this.#keep(from, node, this.#dial(door, true));
    }
  }

  #keep(sender: LinkEnd, receiver: LinkEnd, socket: Socket): void {
    const key = linkKey(sender, receiver);
    // A node's line with itself has the same name at both ends; the dialled end is the sender.
    if (sender === receiver && this.#lasting.has(key)) return;
    this.#lasting.set(key, socket);
    socket.once('close', () => {
      if (this.#lasting.get(key) === socket) this.#lasting.delete(key);
    });
  }

  #dial(door: ProbeDoor, lasting: boolean): Socket {
    const socket = connect({ ...door.at, noDelay: true, ...(door.source === undefined ? {} : { localAddress: door.source }) });
    this.#receive(socket, () => {});
    write(socket, { hello: { from: door.from, to: door.node, lasting } });
    return socket;
  }

  #receive(socket: Socket, greet: (hello: { from: LinkEnd; to: LinkEnd; lasting: boolean }) => void): void {
    socket.on('error', () => {});
    readJsonLines(
      socket,
      (message) => {
        const line = message as Line;
        if ('hello' in line) greet(line.hello);
        else if ('number' in line) this.#arrived.add(line.number);
        else {
          this.#heard.add(line.ask);
          write(socket, { number: line.ask });
        }
      },
      () => socket.destroy(),
    );
  }

  /** Dials the lasting lines that were broken, again and again for as long as patience lasts: over a link that refuses none will be had. */
  async #reconnect(links: readonly Link[], patience: Ns): Promise<void> {
    const end = this.#clock.now() + patience;
    const stand = (): boolean => links.every(([from, to]) => this.#lasting.has(linkKey(from, to)) && this.#lasting.has(linkKey(to, from)));
    for (;;) {
      this.#connectAll();
      await this.#until(stand, REDIAL_AFTER);
      if (stand() || this.#clock.now() >= end) return;
    }
  }

  async #measure(links: readonly Link[], controls: readonly Link[], patience: Ns): Promise<ProbeAnswer> {
    await this.#reconnect([...links, ...controls], patience);
    const fresh: Socket[] = [];
    const tallies = (of: readonly Link[]): Tally[] => of.map((link) => ({ link, numbers: [] }));
    const measured = tallies(links);
    const untouched = tallies(controls);
    for (let round = 0; round < MESSAGES; round++) {
      for (const tally of [...measured, ...untouched]) this.#send(tally, this.#lasting.get(linkKey(...tally.link)));
      await this.#clock.sleep(MESSAGE_PAUSE);
    }
    for (const tally of [...measured, ...untouched]) {
      const door = this.#doors.get(linkKey(...tally.link));
      if (door === undefined) continue;
      const socket = this.#dial(door, false);
      fresh.push(socket);
      this.#send(tally, socket);
    }
    return this.#counted(measured, untouched, fresh, patience);
  }

  async #ask(links: readonly Link[], controls: readonly Link[], patience: Ns): Promise<ProbeAnswer> {
    const fresh: Socket[] = [];
    const ask = (link: Link): Tally => {
      const tally: Tally = { link, numbers: [], asks: true };
      const [answering, asking] = link;
      const door = this.#doors.get(linkKey(asking, answering));
      for (let n = 0; n < MESSAGES; n++) {
        const socket = door === undefined ? undefined : this.#dial(door, false);
        if (socket !== undefined) fresh.push(socket);
        this.#send(tally, socket);
      }
      return tally;
    };
    return this.#counted(links.map(ask), controls.map(ask), fresh, patience);
  }

  /** Waits until everything over untouched links is there, then for the rest as long as patience lasts; counts. */
  async #counted(measured: readonly Tally[], untouched: readonly Tally[], fresh: readonly Socket[], patience: Ns): Promise<ProbeAnswer> {
    await this.#until(() => untouched.every((tally) => this.#complete(tally)), CONTROL_DEADLINE);
    await this.#until(() => measured.every((tally) => this.#complete(tally)), patience);
    const answer = { links: measured.map((tally) => this.#count(tally)), controls: untouched.map((tally) => this.#count(tally)) };
    for (const socket of fresh) socket.destroy();
    this.#arrived.clear();
    this.#heard.clear();
    return answer;
  }

  #send(tally: Tally, socket: Socket | undefined): void {
    const number = ++this.#number;
    tally.numbers.push(number);
    if (socket !== undefined) write(socket, tally.asks ? { ask: number } : { number });
  }

  #complete(tally: Tally): boolean {
    return tally.numbers.every((number) => this.#arrived.has(number));
  }

  #count(tally: Tally): LinkCount {
    const within = (numbers: ReadonlySet<number>): number => tally.numbers.filter((number) => numbers.has(number)).length;
    const heard = tally.asks ? { heard: within(this.#heard) } : {};
    return { link: tally.link, sent: tally.numbers.length, arrived: within(this.#arrived), ...heard };
  }

  async #until(done: () => boolean, patience: Ns): Promise<void> {
    const end = this.#clock.now() + patience;
    while (!done() && this.#clock.now() < end) await this.#clock.sleep(POLL);
  }
}

function write(socket: Socket, line: Line): void {
  socket.write(`${JSON.stringify(line)}\n`);
}
