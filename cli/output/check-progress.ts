/** How far a long check is, on the standard error: one line that is drawn anew on a terminal, elsewhere a line now and then. */
import type { FileProgress } from '../../api/index.ts';
import type { Clock } from '../../harness/contracts/index.ts';
import { NS_PER_S } from '../../harness/time/units.ts';

export interface CheckProgressOptions {
  readonly stream: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly clock: Pick<Clock, 'now'>;
}

/** Nothing is said of what is over sooner; then a line this often. */
const EVERY_NS = { terminal: 0.5 * NS_PER_S, elsewhere: 10 * NS_PER_S };
const CLEAR_LINE = '\r\u001b[K';

export class CheckProgress {
  readonly #stream: CheckProgressOptions['stream'];
  readonly #clock: CheckProgressOptions['clock'];
  readonly #every: number;
  #said: number;
  #drawn = false;

  constructor({ stream, clock }: CheckProgressOptions) {
    this.#stream = stream;
    this.#clock = clock;
    this.#every = stream.isTTY === true ? EVERY_NS.terminal : EVERY_NS.elsewhere;
    this.#said = clock.now();
  }

  show({ file, stage, done, total }: FileProgress): void {
    const now = this.#clock.now();
    if (now - this.#said < this.#every || total === 0) return;
    this.#said = now;
    const line = `${file}: ${stage} ${Math.floor((100 * done) / total)} %`;
    this.#stream.write(this.#stream.isTTY === true ? `${CLEAR_LINE}${line}` : `${line}\n`);
    this.#drawn = this.#stream.isTTY === true;
  }

  /** Takes the line away: what comes next is the verdict. */
  clear(): void {
    if (this.#drawn) this.#stream.write(CLEAR_LINE);
    this.#drawn = false;
  }
}
