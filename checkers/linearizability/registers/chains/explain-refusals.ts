/**
 * When an order has no place for some refused operation: either its value certainly was in force from its call to its
 * return, or the order is to be changed. In rounds of small changes: first the block of the value, or another one before it,
 * is put later (never earlier: that ends). Then updates of unknown outcome that nobody saw, left out so far, are put behind
 * the value's last observer. Incomplete: what these cannot tell is for a search. O(rounds × n).
 */
import type { RegisterForm } from '../register-form.ts';
import { type Blocks, inOrder } from './blocks.ts';
import { Delays } from './delays.ts';
import type { Links } from './links.ts';
import type { Arrangement } from './order-blocks.ts';
import { type Places, type RefusedOperations, withRefused } from './refused.ts';
import { reignsThroughout } from './reigns-throughout.ts';
import { SpareUpdates } from './spare-updates.ts';
import type { Violation } from './violation.ts';

const ROUNDS = 24;

/** A whole order, a violation, or undefined where this cannot tell. `found`: what the arrangement as it is has no place for. */
export function explainRefusals(
  form: RegisterForm,
  links: Links,
  blocks: Blocks,
  arrangement: Arrangement,
  refused: RefusedOperations,
  found: Places,
): Int32Array | Violation | undefined {
  const violation = reignsThroughout(form, links, blocks, found);
  if (violation) return violation;
  const delays = new Delays(form, blocks, arrangement);
  let places = found;
  for (let round = 0; round < ROUNDS && places.misplaced > 0 && delays.make(places); round++) {
    places = refused.places(inOrder(blocks, delays.sequence));
  }
  let order = inOrder(blocks, delays.sequence);
  const spare = new SpareUpdates(form, links);
  for (let round = 0; round < ROUNDS && places.misplaced > 0; round++) {
    const longer = spare.putInto(order, places);
    if (longer === undefined) return undefined;
    order = longer;
    places = refused.places(order);
  }
  return places.misplaced === 0 ? withRefused(order, places) : undefined;
}
