/** Members leave and join while the system goes on: what operators do when they replace machines, by order of the system itself. */
import { z } from 'zod';
import type { Action, Fault, MemberParams } from '../../harness/contracts/index.ts';
import { select, selectionOption } from '../selection/selection.ts';
import { MEMBER_CHANGE, MEMBER_LEARN } from './capabilities.ts';

const options = z.strictObject({
  target: selectionOption.default('one'),
  leaving: z
    .enum(['quorum', 'anything'])
    .default('quorum')
    .describe(
      'quorum: it is not done where fewer than a majority of the members that stay would answer; anything: whatever is left, by what was known of the members last.',
    ),
});

export type MembershipOptions = z.infer<typeof options>;

export const leave = membershipFault(
  'leave',
  'leave',
  'removes members; their processes are left to themselves, and when the window ends they are wiped and join again',
);

export const join = membershipFault('join', 'join', 'removes members, wipes them, and lets them join as voters at once: they count before they have caught up');

export const replace = membershipFault(
  'replace',
  'replace',
  'kills members, removes them, and lets wiped ones take their places: as learners first, where the system has them',
);

/** Takes a system that has learners. */
export const promote: Fault<MembershipOptions> = {
  ...membershipFault('promote', 'learn', 'turns members into learners, wiped; they are promoted when the window ends'),
  needs: [MEMBER_CHANGE, MEMBER_LEARN],
};

function membershipFault(name: string, type: MemberParams['type'], summary: string): Fault<MembershipOptions> {
  return {
    name,
    family: 'membership',
    summary,
    needs: [MEMBER_CHANGE],
    options,
    plan({ target, leaving }, view, rng): Action[] {
      const nodes = select(target, view, rng);
      return nodes.length === 0 ? [] : [{ control: 'members', params: { type, nodes, leaving } }];
    },
  };
}
