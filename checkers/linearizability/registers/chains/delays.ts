/** Putting backward blocks elsewhere, mostly later, so that refused operations find a place before or behind them. */
import type { RegisterForm } from '../register-form.ts';
import type { Blocks } from './blocks.ts';
import { type Arrangement, begun, firstPlaceFrom, goesOn, isForward } from './order-blocks.ts';
import { NOWHERE, type Places } from './refused.ts';

/** How many blocks before the one in the way are looked at. */
const LOOK_BACK = 64;
/** How many blocks behind it. */
const LOOK_AHEAD = 16;
/** Behind an event, and before the next. */
const BEHIND = 0.5;

export class Delays {
  readonly #form: RegisterForm;
  readonly #blocks: Blocks;
  readonly #forward: Int32Array;
  readonly #moment: Float64Array;
  #sequence: Int32Array;
  #round = 0;

  constructor(form: RegisterForm, blocks: Blocks, { forward, moment, sequence }: Arrangement) {
    this.#form = form;
    this.#blocks = blocks;
    this.#forward = forward;
    this.#moment = moment.slice();
    this.#sequence = sequence;
  }

  /** The blocks in their present order. */
  get sequence(): Int32Array {
    return this.#sequence;
  }

  /** Puts blocks later because of the refused operations without a place; false when there was nothing to put. */
  make({ refused, place, wall }: Places): boolean {
    const moved = new Set<number>();
    const blockAt = this.#positions();
    for (let i = 0; i < refused.length; i++) {
      if (place[i] !== NOWHERE) continue;
      const at = wall[i] === 0 ? -1 : blockAt[wall[i]! - 1]!;
      this.#change(refused[i]!, at, moved);
    }
    if (moved.size > 0) this.#rearrange(moved);
    this.#round++;
    return moved.size > 0;
  }

  /** One change for one refused operation. Each round prefers another kind, so that two of them do not undo each other for ever. */
  #change(refused: number, at: number, moved: Set<number>): void {
    for (let i = 0; i < 3; i++) {
      const kind = (i + this.#round) % 3;
      if (kind === 0 && this.#makeRoom(refused, at, moved)) return;
      if (kind === 1 && this.#bringNearer(refused, at, moved)) return;
      if (kind === 2 && this.#bringBack(refused, at, moved)) return;
    }
  }

  /** By position of an operation: the position of its block. */
  #positions(): Int32Array {
    const { start, members } = this.#blocks;
    const positions = new Int32Array(members.length);
    let length = 0;
    this.#sequence.forEach((block, at) => {
      const end = length + start[block + 1]! - start[block]!;
      positions.fill(at, length, end);
      length = end;
    });
    return positions;
  }

  /** The block in the way goes behind the call of the refused operation, or one that stands before it goes behind that. */
  #makeRoom(refused: number, at: number, moved: Set<number>): boolean {
    if (at < 0) return false;
    const { call, ret } = this.#form;
    const inTheWay = this.#sequence[at]!;
    if (this.#move(inTheWay, call[refused]!, Number.POSITIVE_INFINITY, moved)) return true;
    const from = this.#moment[inTheWay]!;
    for (let i = at - 1; i >= Math.max(0, at - LOOK_BACK); i--) {
      if (this.#move(this.#sequence[i]!, from, ret[refused]!, moved)) return true;
    }
    return false;
  }

  /** What stands between the block in the way and one that may have begun before the refused operation returned goes behind that. */
  #bringNearer(refused: number, at: number, moved: Set<number>): boolean {
    const { call, ret } = this.#form;
    const { start, members } = this.#blocks;
    const mayHaveBegun = (block: number): boolean => call[members[start[block]!]!]! < ret[refused]!;
    let next = at + 1;
    while (next < this.#sequence.length && next - at < LOOK_AHEAD && !mayHaveBegun(this.#sequence[next]!)) next++;
    const nearer = this.#sequence[next];
    if (nearer === undefined || !mayHaveBegun(nearer)) return false;
    let any = false;
    for (let i = at + 1; i < next; i++) any = this.#move(this.#sequence[i]!, this.#moment[nearer]!, Number.POSITIVE_INFINITY, moved) || any;
    return any;
  }

  /** A block that was put too late comes right behind the one in the way. */
  #bringBack(refused: number, at: number, moved: Set<number>): boolean {
    const ret = this.#form.ret[refused]!;
    const from = at < 0 ? 0 : this.#moment[this.#sequence[at]!]!;
    for (let i = at + 1; i < Math.min(this.#sequence.length, at + LOOK_AHEAD); i++) {
      const block = this.#sequence[i]!;
      const earliest = Math.max(from, goesOn(this.#form, this.#blocks, block)) + BEHIND;
      if (isForward(this.#form, this.#blocks, block) || moved.has(block) || earliest > ret) continue;
      const place = firstPlaceFrom(this.#form, this.#blocks, this.#forward, block, earliest);
      if (!(place < ret)) continue;
      this.#moment[block] = place;
      moved.add(block);
      return true;
    }
    return false;
  }

  /** Whether the block is put in this round to a moment later than it was and than `from`, before `until`. */
  #move(block: number, from: number, until: number, moved: Set<number>): boolean {
    if (isForward(this.#form, this.#blocks, block)) return false;
    if (moved.has(block)) return true;
    if (this.#moment[block]! > from || begun(this.#form, this.#blocks, block) < from) return false;
    const place = firstPlaceFrom(this.#form, this.#blocks, this.#forward, block, from + BEHIND);
    if (!(place < until)) return false;
    this.#moment[block] = place;
    moved.add(block);
    return true;
  }

  #rearrange(moved: ReadonlySet<number>): void {
    const moment = this.#moment;
    const late = Int32Array.from(moved).sort((a, b) => moment[a]! - moment[b]!);
    const sequence = new Int32Array(this.#sequence.length);
    let length = 0;
    let next = 0;
    for (const block of this.#sequence) {
      if (moved.has(block)) continue;
      while (next < late.length && moment[late[next]!]! < moment[block]!) sequence[length++] = late[next++]!;
      sequence[length++] = block;
    }
    while (next < late.length) sequence[length++] = late[next++]!;
    this.#sequence = sequence;
  }
}
