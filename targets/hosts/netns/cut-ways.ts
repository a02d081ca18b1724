/** Cuts that refuse or break connections, where nodes have network namespaces of their own. */
import type { Capability, HostRequest, LinkEnd } from '../../../harness/contracts/index.ts';
import { type CutWays, cutWays, type RefusalPlaces } from '../../controls/nft/refusal.ts';
import type { Witnesses } from '../../controls/nft/witnesses.ts';

const ASKED = ['net.cut.reject', 'net.cut.reset'] as Capability[];

/** With connections between all ends that stand before any fault; undefined where nobody asked for it. */
export async function openCutWays(request: Pick<HostRequest, 'instrument'>, witnesses: Witnesses, places: RefusalPlaces): Promise<CutWays | undefined> {
  if (!ASKED.some((capability) => request.instrument.has(capability))) return undefined;
  const ends: readonly LinkEnd[] = [...places.nodes, 'clients'];
  // each node with itself too: where all links between ends are cut, that is what shows that the witnesses are well
  await witnesses.keep(ends.flatMap((from) => ends.filter((to) => to !== from || to !== 'clients').map((to) => [from, to] as const)));
  return cutWays(places);
}
