/** Refused operations that no order explains: the value that they did not find was there all the time. */
import type { RegisterForm } from '../register-form.ts';
import type { Blocks } from './blocks.ts';
import { type Links, NONE } from './links.ts';
import { NOWHERE, type Places } from './refused.ts';
import type { Violation } from './violation.ts';

/** A refused operation without a place during all of which its value certainly was in force. O(n + members of the blocks in question). */
export function reignsThroughout(form: RegisterForm, links: Links, blocks: Blocks, { refused, place }: Places): Violation | undefined {
  const { call, ret, from } = form;
  const blockOf = new Int32Array(form.count).fill(NONE);
  for (let block = 0; block < blocks.count; block++) {
    for (let i = blocks.start[block]!; i < blocks.start[block + 1]!; i++) blockOf[blocks.members[i]!] = block;
  }
  const initial = blocks.count > 0 && blocks.firstToReturn[0] === NONE ? 0 : NONE;
  for (let i = 0; i < refused.length; i++) {
    if (place[i] !== NOWHERE) continue;
    const op = refused[i]!;
    const maker = links.maker[from[op]!]!;
    const block = maker === NONE ? initial : blockOf[maker]!;
    if (block === NONE) continue;
    const { begun, goesOn } = reign(form, links, blocks, block, from[op]!);
    if (goesOn === NONE || call[goesOn]! < ret[op]!) continue;
    if (maker === NONE) return { culprits: [op, goesOn], because: links.because };
    if (begun !== NONE && ret[begun]! < call[op]!) return { culprits: [op, begun, goesOn], because: links.because };
  }
  return undefined;
}

/** The member whose return shows first that the value has been made, and the one whose call shows last that it is still there. */
function reign({ call, ret }: RegisterForm, links: Links, blocks: Blocks, block: number, value: number): { begun: number; goesOn: number } {
  const maker = links.maker[value]!;
  const taker = links.taker[value]!;
  let begun: number = NONE;
  let goesOn: number = NONE;
  let made = maker === NONE;
  let taken = false;
  for (let i = blocks.start[block]!; i < blocks.start[block + 1]!; i++) {
    const op = blocks.members[i]!;
    if (op === maker) made = true;
    if (made && (begun === NONE || ret[op]! < ret[begun]!)) begun = op;
    if (!taken && (goesOn === NONE || call[op]! > call[goesOn]!)) goesOn = op;
    if (op === taker) taken = true;
  }
  return { begun, goesOn };
}
