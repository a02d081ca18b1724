/**
 * Who dialled: told from the connection's source address, else from the process that holds the other end. Connections
 * that come close together are looked up together, and looking up takes at most a third of the proxy's time.
 */
import type { Clock, LinkEnd, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import type { EndIdentity } from './proxy-protocol.ts';
import { type Connection, holdersOf } from './socket-owner.ts';

const LEAST_PAUSE = ms(2);
/** How often one is looked for: its socket may be on the way from one process to another. */
const MOST_TRIES = 4;

export interface ProcessEnd {
  readonly pid: number;
  readonly startTime: string;
  readonly end: LinkEnd;
}

/** `gone`: the dialler has given up by now. `unknown`: no process that we know of dialled. */
export type Dialler = { readonly end: LinkEnd } | 'gone' | 'unknown';

/** Finds the processes behind connections; replaced in tests. */
export type FindHolders = (connections: readonly Connection[], candidates: readonly ProcessEnd[]) => readonly Dialler[];

interface Waiting {
  readonly connection: Connection;
  readonly resolve: (dialler: Dialler) => void;
  tries: number;
}

export class Diallers {
  #byAddress: ReadonlyMap<string, LinkEnd> = new Map();
  #processes: readonly ProcessEnd[] = [];
  readonly #clock: Clock;
  readonly #find: FindHolders;
  #waiting: Waiting[] = [];
  #looking = false;

  constructor(clock: Clock, find: FindHolders = holdersOf) {
    this.#clock = clock;
    this.#find = find;
  }

  /** Replaces the whole table. */
  replace(ends: readonly EndIdentity[]): void {
    this.#byAddress = new Map(ends.flatMap(({ address, end }) => (address === undefined ? [] : [[address, end] as const])));
    this.#processes = ends.flatMap(({ process, end }) => (process === undefined ? [] : [{ ...process, end }]));
  }

  /** Never rejects. */
  identify(connection: Connection): Promise<Dialler> {
    const end = this.#byAddress.get(connection.dialler.host);
    if (end !== undefined) return Promise.resolve({ end });
    return new Promise((resolve) => {
      this.#waiting.push({ connection, resolve, tries: 0 });
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    let pause: Ns = LEAST_PAUSE;
    while (this.#waiting.length > 0) {
      await this.#clock.sleep(pause);
      const start = this.#clock.now();
      this.#lookUp();
      pause = Math.max(LEAST_PAUSE, 2 * (this.#clock.now() - start)) as Ns;
    }
    this.#looking = false;
  }

  #lookUp(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const found = this.#find(
      batch.map(({ connection }) => connection),
      this.#processes,
    );
    for (const [i, waiting] of batch.entries()) {
      const dialler = found[i] ?? 'unknown';
      if (dialler !== 'unknown' || ++waiting.tries === MOST_TRIES) waiting.resolve(dialler);
      else this.#waiting.push(waiting);
    }
  }
}
