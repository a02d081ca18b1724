/**
 * The order of blocks (Gibbons and Korach, "Testing shared memories", 1997, with exchanges). Let f(B) be the first return
 * of a block and s(B) its last call. A must stand before B exactly when f(A) < s(B). That relation has a cycle only if two
 * blocks must stand before each other: in a shortest cycle let M have the greatest s; every member A, followed by A', has
 * f(A) < s(A') <= s(M), so all of them precede M, its successor too. Two blocks are therefore proof enough.
 *
 * A block is forward if f < s: it is under way from f to s. Forward blocks must not overlap; a backward block (s < f) may
 * stand anywhere from s to f, outside of forward ones. Blocks are met in the order of s, which is the order of calls: O(n).
 */
import type { RegisterForm } from '../register-form.ts';
import type { Blocks } from './blocks.ts';
import { NONE } from './links.ts';
import type { Violation } from './violation.ts';

export interface Arrangement {
  /** The blocks in an order in which they can stand, each as early as it may. */
  readonly sequence: Int32Array;
  /** By block: its moment, ascending in `sequence`. A backward block may be given any that `firstPlaceFrom` gives. */
  readonly moment: Float64Array;
  /** The forward blocks, in order. */
  readonly forward: Int32Array;
}

/** The order of blocks, or two that must precede each other. */
export function arrangeBlocks(form: RegisterForm, blocks: Blocks, because: Int32Array): Arrangement | Violation {
  const byLastCall = new Int32Array(form.count).fill(NONE);
  for (let block = 0; block < blocks.count; block++) byLastCall[blocks.lastCalled[block]!] = block;
  const sorted = new Int32Array(blocks.count);
  let count = 0;
  for (const block of byLastCall) if (block !== NONE) sorted[count++] = block;
  return overlap(form, blocks, sorted, because) ?? arrange(form, blocks, sorted, because);
}

/** f of a block: the event at which it has certainly begun. */
export function begun({ ret }: RegisterForm, { firstToReturn }: Blocks, block: number): number {
  const op = firstToReturn[block]!;
  return op === NONE ? -1 : ret[op]!;
}

/** s of a block: the event at which it certainly is not over. */
export function goesOn({ call }: RegisterForm, { lastCalled }: Blocks, block: number): number {
  return call[lastCalled[block]!]!;
}

export function isForward(form: RegisterForm, blocks: Blocks, block: number): boolean {
  return begun(form, blocks, block) < goesOn(form, blocks, block);
}

/** The first moment from `moment` on at which a backward block can stand; NaN where it cannot any more. O(log n). */
export function firstPlaceFrom(form: RegisterForm, blocks: Blocks, forward: Int32Array, block: number, moment: number): number {
  let least = -1;
  let most = forward.length;
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (goesOn(form, blocks, forward[middle]!) < moment) least = middle;
    else most = middle;
  }
  let place = moment;
  // A moment inside a forward block is put behind it.
  if (most < forward.length && begun(form, blocks, forward[most]!) < moment) place = goesOn(form, blocks, forward[most]!) + BEHIND;
  return place < begun(form, blocks, block) ? place : Number.NaN;
}

/** Behind an event, and before the next. */
const BEHIND = 0.25;

/** Two forward blocks that overlap. Where any do, two neighbours in the order of s do. */
function overlap(form: RegisterForm, blocks: Blocks, sorted: Int32Array, because: Int32Array): Violation | undefined {
  let last: number = NONE;
  for (const block of sorted) {
    if (!isForward(form, blocks, block)) continue;
    if (last !== NONE && begun(form, blocks, block) < goesOn(form, blocks, last)) return eachBeforeTheOther(form, blocks, last, block, because);
    last = block;
  }
  return undefined;
}

/** Puts backward blocks at s, or behind the forward block that is under way there. */
function arrange(form: RegisterForm, blocks: Blocks, sorted: Int32Array, because: Int32Array): Arrangement | Violation {
  const forward = sorted.filter((block) => isForward(form, blocks, block));
  const moment = new Float64Array(blocks.count);
  const sequence = new Int32Array(sorted.length);
  const waiting = new Int32Array(sorted.length);
  let length = 0;
  let next = 0;
  let waitingCount = 0;
  for (const block of sorted) {
    moment[block] = goesOn(form, blocks, block);
    const around = next < forward.length ? forward[next]! : NONE;
    if (block === around) {
      sequence[length++] = block;
      for (let w = 0; w < waitingCount; w++) {
        sequence[length++] = waiting[w]!;
        moment[waiting[w]!] = moment[block]! + BEHIND;
      }
      waitingCount = 0;
      next++;
    } else if (around === NONE || begun(form, blocks, around) > moment[block]!) {
      sequence[length++] = block;
    } else {
      if (begun(form, blocks, block) < goesOn(form, blocks, around)) return eachBeforeTheOther(form, blocks, around, block, because);
      waiting[waitingCount++] = block;
    }
  }
  return { sequence, moment, forward };
}

/** The first members to return of both, and of each the one that shows soonest that it was not over when the other had begun. */
function eachBeforeTheOther(form: RegisterForm, blocks: Blocks, a: number, b: number, because: Int32Array): Violation {
  const culprits = [
    blocks.firstToReturn[a]!,
    blocks.firstToReturn[b]!,
    soonest(form, blocks, a, begun(form, blocks, b)),
    soonest(form, blocks, b, begun(form, blocks, a)),
  ];
  return { culprits: culprits.filter((op) => op !== NONE), because };
}

/** The first to return of the members that were called after an event. */
function soonest({ call, ret }: RegisterForm, { start, members }: Blocks, block: number, after: number): number {
  let best: number = NONE;
  for (let i = start[block]!; i < start[block + 1]!; i++) {
    const op = members[i]!;
    if (call[op]! > after && (best === NONE || ret[op]! < ret[best]!)) best = op;
  }
  return best;
}
