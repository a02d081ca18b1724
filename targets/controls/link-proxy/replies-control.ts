/** The control `replies` by link proxy: whose answers are lost is the union of the active changes; proof comes from the probe agent, which asks. */
import type { Change, Control, Evidence, LinkEnd, ReplyParams } from '../../../harness/contracts/index.ts';
import { type Active, activate, linkKey, retire } from '../desired-state.ts';
import type { LostReply } from './cut-table.ts';
import { type LinksControlParts, nodesOf, RECOVERY_MS, SILENCE_MS, untouchedLinks } from './links-control.ts';
import type { LinkCount, ProbeAnswer } from './probe-protocol.ts';

export const PROXY_REPLIES = 'proxy.replies';

/** Apply and undo reject when the proxy is gone. */
export function createRepliesControl(parts: LinksControlParts): Control<ReplyParams> {
  let active: Active<ReplyParams> = new Map();
  const set = async (next: Active<ReplyParams>): Promise<void> => {
    active = next;
    await parts.proxy.request({ op: 'lose-replies', replies: [...lostReplies(next).values()] });
  };
  return {
    plan: (id, params) => ({ id, kind: PROXY_REPLIES, nodes: nodesOf(params), params: params as unknown as Change['params'], undo: null }),
    apply: (change) => set(activate(active, change.id, paramsOf(change))),
    undo: (change) => set(retire(active, change.id)),
    probe: async (change, expect) => {
      const lost = lostReplies(active);
      const byOthers = lostReplies(retire(active, change.id));
      const own = paramsOf(change).links;
      // answers that others lose as well prove nothing about this change's end
      const links = expect === 'applied' ? own : own.filter(([answering, asking]) => !byOthers.has(linkKey(answering, asking)));
      const isTouched = (one: LinkEnd, other: LinkEnd): boolean => lost.has(linkKey(one, other)) || lost.has(linkKey(other, one));
      const patienceMs = expect === 'undone' && !active.has(change.id) ? RECOVERY_MS : SILENCE_MS;
      // an untouched link is named from who sends to who receives: who sends is asked
      const controls = untouchedLinks(parts.nodes, links, isTouched).filter(([answering]) => answering !== 'clients');
      return judgeReplies(await parts.probe.request({ op: 'ask', links, controls, patienceMs }), expect);
    },
  };
}

/** Whose answers are to be lost now, each pair once, by `linkKey`; where two changes differ, a reset is what is seen. */
export function lostReplies(active: Active<ReplyParams>): ReadonlyMap<string, LostReply> {
  const lost = new Map<string, LostReply>();
  for (const { links, seen } of active.values()) {
    for (const [answering, asking] of links) {
      const key = linkKey(answering, asking);
      if (lost.get(key)?.[2] !== 'reset') lost.set(key, [answering, asking, seen]);
    }
  }
  return lost;
}

/** Pure: what the counts prove. Lost answers are proven by questions that all arrived and of which none was answered, while every untouched link answers all. */
export function judgeReplies(counts: ProbeAnswer, expect: 'applied' | 'undone'): Evidence {
  const answered = (count: LinkCount): boolean => count.arrived === count.sent && count.sent > 0;
  const unanswered = (count: LinkCount): boolean => count.heard === count.sent && count.sent > 0 && count.arrived === 0;
  const untouched = counts.controls.length > 0 && counts.controls.every(answered);
  const links = expect === 'applied' ? counts.links.length > 0 && counts.links.every(unanswered) : counts.links.every(answered);
  const text = ({ link: [answering, asking], sent, heard, arrived }: LinkCount, note: string): string =>
    `${asking} asked ${answering}: ${heard ?? 0} of ${sent} questions arrived, ${arrived} answers${note}`;
  const measured = [...counts.links.map((count) => text(count, '')), ...counts.controls.map((count) => text(count, ' (untouched)'))].join('; ');
  return { holds: untouched && links, independent: true, measured };
}

function paramsOf(change: Change): ReplyParams {
  return change.params as unknown as ReplyParams;
}
