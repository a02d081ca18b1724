/** Which operation each process has open: pairs completions with invocations, knows who may not act any more. */
import { INFO, INVOKE, NEMESIS } from './columns.ts';

/** The process may invoke. */
export const IDLE = -1;
/** The process has had an unknown outcome: it never acts again. */
export const RETIRED = -2;

/** Processes below this number are looked up in an array, the others (foreign histories) in a map. */
const DENSE_PROCESSES = 1 << 22;

export class Pairing {
  /** By process: 0 idle, 1 retired, else index of the open invocation + 2. */
  #dense = new Int32Array(16);
  readonly #sparse = new Map<number, number>();
  #nemesis = IDLE;

  /** IDLE, RETIRED, or the index of the invocation that the process has open. Clients and the nemesis only. */
  stateOf(process: number): number {
    if (process === NEMESIS) return this.#nemesis;
    const coded = process < this.#dense.length ? this.#dense[process]! : (this.#sparse.get(process) ?? 0);
    return coded === 0 ? IDLE : coded === 1 ? RETIRED : coded - 2;
  }

  /** Takes an event in; gives the index of its invocation if it completes one, else -1. Observers have no pairs. */
  accept(process: number, type: number, index: number): number {
    if (process < NEMESIS) return -1;
    if (type === INVOKE) {
      this.#set(process, index);
      return -1;
    }
    const open = this.stateOf(process);
    // The nemesis goes on after `info`: that is how all its operations end.
    this.#set(process, type === INFO && process !== NEMESIS ? RETIRED : IDLE);
    return open >= 0 ? open : -1;
  }

  #set(process: number, state: number): void {
    if (process === NEMESIS) {
      this.#nemesis = state;
      return;
    }
    if (process >= this.#dense.length && process < DENSE_PROCESSES) this.#widen(process);
    const coded = state === IDLE ? 0 : state === RETIRED ? 1 : state + 2;
    if (process < this.#dense.length) this.#dense[process] = coded;
    else this.#sparse.set(process, coded);
  }

  #widen(process: number): void {
    const wider = new Int32Array(Math.min(DENSE_PROCESSES, Math.max(this.#dense.length * 2, process + 1)));
    wider.set(this.#dense);
    this.#dense = wider;
  }
}
