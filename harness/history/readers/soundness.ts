/** What a history must keep to be evidence: rules of who may do what, checked event by event while a file is read. */

import { OrdealError } from '../../errors/ordeal-error.ts';
import type { HistoryBuilder } from '../builder.ts';
import { INVOKE } from '../columns.ts';
import { IDLE, RETIRED } from '../pairing.ts';
import type { Notices } from './notices.ts';

/** `strict`: a flaw is an error. `lenient`: it is a notice, and reading goes on. */
export type Strictness = 'strict' | 'lenient';

export class Soundness {
  readonly #path: string;
  readonly #strictness: Strictness;
  readonly #notices: Notices;
  readonly #builder: HistoryBuilder;
  #lastTime = Number.NEGATIVE_INFINITY;

  constructor(path: string, strictness: Strictness, notices: Notices, builder: HistoryBuilder) {
    this.#path = path;
    this.#strictness = strictness;
    this.#notices = notices;
    this.#builder = builder;
  }

  /** Before the event is appended. The nemesis and observers (process < 0) are exempt. Throws ORDEAL_BAD_HISTORY when strict. */
  check(process: number, type: number, time: number, line: number): void {
    if (process < 0) return;
    const state = this.#builder.pairing.stateOf(process);
    if (state === RETIRED)
      this.flaw(line, `process ${process} acts again after an unknown outcome (info), which it never may: its operation can still take effect`);
    else if (type === INVOKE && state !== IDLE) this.flaw(line, `process ${process} invokes while its operation at event ${state} is still open`);
    else if (type !== INVOKE && state === IDLE) this.flaw(line, `process ${process} completes an operation that it has not invoked`);
    if (time < this.#lastTime) this.flaw(line, `time runs backwards, from ${this.#lastTime} ns to ${time} ns`);
    else this.#lastTime = time;
  }

  /** Any other thing that is wrong at a line. */
  flaw(line: number, what: string): void {
    if (this.#strictness === 'strict') throw new OrdealError('ORDEAL_BAD_HISTORY', { what, where: `${this.#path}:${line}` });
    this.#notices.add({ code: 'unsound', message: `line ${line}: ${what}` });
  }
}
