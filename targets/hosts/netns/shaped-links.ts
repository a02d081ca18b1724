/** What shapes the links between nodes that have network namespaces of their own: netem where the kernel has it, the TUN detour where not. */
import { closeSync } from 'node:fs';
import type { Control, LinkEnd, NodeId, ProbedCapability, Rng, ShapeParams } from '../../../harness/contracts/index.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { linkKey } from '../../controls/desired-state.ts';
import { createNetemControl } from '../../controls/netem/netem-control.ts';
import { probeNetem } from '../../controls/netem/tc.ts';
import type { Witnesses } from '../../controls/nft/witnesses.ts';
import { createDetourControl } from '../../controls/tun-detour/detour-control.ts';
import { startDetour } from '../../controls/tun-detour/start-detour.ts';
import { openTun } from '../../controls/tun-detour/tun-device.ts';

export type Shaping = 'netem' | 'detour';
type Links = readonly (readonly [LinkEnd, LinkEnd])[];

/** The device of a node inside its namespace, on `netns` and `docker`. */
const DEVICE = 'eth0';

/** Makes a TUN device and lets it go. */
export function probeDetour(): ProbedCapability {
  try {
    closeSync(openTun(`ordeal${process.pid}`));
    return { ok: true, found: 'TUN devices: packets take a detour through a process of ours' };
  } catch (error) {
    if (!isOrdealError(error)) throw error;
    return { ok: false, found: error.message, remedy: error.remedy };
  }
}

/** Netem or the detour, and why the one and not the other. */
export function probeShaping(): ProbedCapability {
  const netem = probeNetem();
  if (netem.ok) return netem;
  const detour = probeDetour();
  return { ...detour, found: `${detour.found}; ${netem.found}` };
}

/** What a run takes here. */
export function bestShaping(): Shaping {
  return probeNetem().ok ? 'netem' : 'detour';
}

export interface ShapedLinksParts {
  readonly runId: string;
  readonly nodes: readonly NodeId[];
  readonly rng: Rng;
  readonly witnesses: Witnesses;
  readonly resources: AsyncDisposableStack;
  readonly by: Shaping;
  addressOf(end: LinkEnd): string;
  namespaceOf(node: NodeId): string;
}

export interface ShapedLinks {
  readonly shapes: Control<ShapeParams>;
  /** To be told of all links that are cut, before the rules say so. */
  onCut(links: Links): Promise<void>;
}

/** Rejects with ORDEAL_MISSING_CAPABILITY, ORDEAL_CHILD_FAILED or ORDEAL_NODE_FAILED. */
export async function openShapedLinks(parts: ShapedLinksParts): Promise<ShapedLinks> {
  const { nodes, witnesses, addressOf, namespaceOf } = parts;
  let cut = new Set<string>();
  const note = (links: Links): void => {
    cut = new Set(links.map((link) => linkKey(...link)));
  };
  const common = { nodes, witnesses, addressOf, namespaceOf, isCut: (from: NodeId, to: NodeId): boolean => cut.has(linkKey(from, to)) };
  if (parts.by === 'netem') return { shapes: createNetemControl({ ...common, device: DEVICE }), onCut: async (links) => note(links) };
  const devices = nodes.map((node) => ({ node, address: addressOf(node), namespace: namespaceOf(node) }));
  const { helper, identity, deviceOf } = await startDetour(parts.runId, parts.rng.fork('detour').int(0, 0x7fffffff), devices);
  parts.resources.defer(() => helper.close());
  return {
    shapes: createDetourControl({ ...common, detour: helper, identity, deviceOf }),
    // what takes the detour passes no rule, or only once it got there, so that the detour must be told what is cut
    onCut: async (links) => {
      note(links);
      await helper.request({ op: 'cut', links: links.map(([from, to]) => [addressOf(from), addressOf(to)] as const) });
    },
  };
}
