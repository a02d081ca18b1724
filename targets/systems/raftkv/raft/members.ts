/**
 * Who is a member, and what a majority of them is (Ongaro's thesis, chapter 4). A change of voters goes through a joint
 * configuration, in which old and new voters each need a majority of their own: whatever the change, no two disjoint
 * groups can decide. Learners are sent the log and have no vote.
 */
import type { NodeId } from '../../../../harness/contracts/index.ts';

/** A member is a node in one of its lives: wiped and joined again it is another member, so that no vote counts twice. */
export type Members = {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /** The voters before, while old and new ones decide together. */
  readonly outgoing?: readonly NodeId[];
};

/** What is asked for: whoever is named as a voter or a learner becomes one, whoever is removed is neither. */
export type MemberChange = { readonly voters: readonly NodeId[]; readonly learners: readonly NodeId[]; readonly removed: readonly NodeId[] };

export const NOBODY: Members = { voters: [], learners: [] };

/** Whether those for whom `has` is true are a majority; of the old and of the new voters, where both decide. */
export function isQuorum({ voters, outgoing }: Members, has: (member: NodeId) => boolean): boolean {
  return isMajority(voters, has) && (outgoing === undefined || isMajority(outgoing, has));
}

/** The highest value that a majority has reached; of old and new voters the lower one. */
export function quorumValue({ voters, outgoing }: Members, reachedBy: (member: NodeId) => number): number {
  const reached = reachedByMajority(voters, reachedBy);
  return outgoing === undefined ? reached : Math.min(reached, reachedByMajority(outgoing, reachedBy));
}

/** Everybody who is sent the log. */
export function allMembers({ voters, learners, outgoing = [] }: Members): ReadonlySet<NodeId> {
  return new Set([...voters, ...outgoing, ...learners]);
}

/** Whether that member has a vote. */
export function isVoter({ voters, outgoing }: Members, member: NodeId): boolean {
  return voters.includes(member) || outgoing?.includes(member) === true;
}

/** The members after the change. */
export function changed({ voters, learners }: Members, change: MemberChange): Members {
  const isOut = (member: NodeId): boolean => change.removed.includes(member);
  const nextVoters = [...new Set([...voters, ...change.voters])].filter((member) => !isOut(member) && !change.learners.includes(member));
  const nextLearners = [...new Set([...learners, ...change.learners])].filter((member) => !isOut(member) && !nextVoters.includes(member));
  return { voters: nextVoters, learners: nextLearners };
}

/** Whether both have the same voters. */
export function sameVoters(a: Members, b: Members): boolean {
  return a.voters.length === b.voters.length && a.voters.every((member) => b.voters.includes(member));
}

/** Nobody decides for nobody. */
function isMajority(group: readonly NodeId[], has: (member: NodeId) => boolean): boolean {
  let count = 0;
  for (const member of group) if (has(member)) count++;
  return count > group.length / 2;
}

function reachedByMajority(group: readonly NodeId[], reachedBy: (member: NodeId) => number): number {
  const values = group.map((member) => reachedBy(member)).sort((a, b) => b - a);
  return values[Math.floor(group.length / 2)] ?? 0;
}
