/**
 * The engine for registers on which every value is made once: reads, writes, exchanges, unknown outcomes. Decides all of it
 * in linear time (see the files of this folder), but for refused operations: where the order of blocks that it finds has no
 * place for one, and no other order is at hand, it is `unsuitable` and a search takes over. O(n).
 */
import type { Decision, Engine, Problem } from '../../search/engine.ts';
import { makesValuesTwice, type RegisterForm, registerForm } from '../register-form.ts';
import { type Blocks, blocksOf, inOrder } from './blocks.ts';
import { explainRefusals } from './explain-refusals.ts';
import { type Links, linksOf } from './links.ts';
import { type Arrangement, arrangeBlocks } from './order-blocks.ts';
import { RefusedOperations, withRefused } from './refused.ts';
import { coreOf, isViolation, lastToReturn, type Violation } from './violation.ts';

const UNSUITABLE: Decision = { kind: 'undecided', why: 'unsuitable', explored: 0 };

export const chainsEngine: Engine = {
  name: 'chains',
  decide(problem: Problem): Decision {
    return problem.classes.model.asRegister && !makesValuesTwice(problem) ? decideChains(registerForm(problem)) : UNSUITABLE;
  },
};

/** Decides a register on which every value is made once; `unsuitable` where one is made twice, or refused operations have no place. */
export function decideChains(form: RegisterForm): Decision {
  const links = linksOf(form);
  if (links === undefined) return UNSUITABLE;
  if (isViolation(links)) return illegal(form, links);
  const blocks = blocksOf(form, links);
  if (isViolation(blocks)) return illegal(form, blocks);
  const arrangement = arrangeBlocks(form, blocks, links.because);
  return isViolation(arrangement) ? illegal(form, arrangement) : withPlaces(form, links, blocks, arrangement);
}

function withPlaces(form: RegisterForm, links: Links, blocks: Blocks, arrangement: Arrangement): Decision {
  const order = inOrder(blocks, arrangement.sequence);
  const refused = new RefusedOperations(form);
  if (refused.count === 0) return { kind: 'legal', witness: order, explored: 0 };
  const places = refused.places(order);
  if (places.misplaced === 0) return { kind: 'legal', witness: withRefused(order, places), explored: 0 };
  const explained = explainRefusals(form, links, blocks, arrangement, refused, places);
  if (explained === undefined) return UNSUITABLE;
  return isViolation(explained) ? illegal(form, explained) : { kind: 'legal', witness: explained, explored: 0 };
}

function illegal(form: RegisterForm, violation: Violation): Decision {
  const core = coreOf(form, violation);
  return { kind: 'illegal', suspect: lastToReturn(form, core), certain: true, core, explored: 0 };
}
