/** How links look to who dials over them: what tells a cut that refuses, or that broke connections, from mere silence. */
import type { Evidence, LinkParams } from '../../../harness/contracts/index.ts';
import type { LinkCount, ProbeAnswer } from './probe-protocol.ts';

/** Pure: refused is who got an end at once; broken is what stood before and ends, with silence for who dials anew. Untouched links answer and stand. */
export function judgeLooks(by: NonNullable<LinkParams['by']>, looks: ProbeAnswer): Evidence {
  const untouched = looks.controls.length > 0 && looks.controls.every(({ look }) => look?.fresh === 'answered' && look.standing === 'open');
  const shows = ({ look }: LinkCount): boolean => look?.standing === 'ended' && look.fresh === (by === 'reject' ? 'ended' : 'silent');
  const text = ({ link, look }: LinkCount, note: string): string =>
    `${link[0]}→${link[1]}: standing connection ${look?.standing ?? 'unseen'}, new one ${look?.fresh ?? 'unseen'}${note}`;
  return {
    holds: untouched && looks.links.length > 0 && looks.links.every(shows),
    independent: true,
    measured: [...looks.links.map((count) => text(count, '')), ...looks.controls.map((count) => text(count, ' (untouched)'))].join('; '),
  };
}

/** Both must hold. */
export function bothHold(one: Evidence, other: Evidence): Evidence {
  return { holds: one.holds && other.holds, independent: one.independent && other.independent, measured: `${one.measured}; ${other.measured}` };
}
