/**
 * Shapes of links by the TUN detour: a route leads packets to the detour while their link has any shape. Links that nobody
 * shapes never leave the switch. Cut beats shaped: the detour lets nothing pass over a link that the control of links cuts.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Change, Control, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { linkKey } from '../desired-state.ts';
import type { HelperProcess } from '../helper-process/helper-process.ts';
import { createShapeControl, type ShapedLink, type ShapeParts, type Shaping } from '../link-shapes/shape-control.ts';
import type { ProcessIdentity } from '../procfs/processes.ts';
import type { DetourRequest } from './detour-protocol.ts';
import type { DetourUndo } from './detour-undo.ts';

const run = promisify(execFile);

export interface DetourParts extends ShapeParts {
  readonly detour: Pick<HelperProcess<DetourRequest, null>, 'request'>;
  readonly identity: ProcessIdentity;
  addressOf(node: NodeId): string;
  namespaceOf(node: NodeId): string;
  deviceOf(node: NodeId): string;
}

/** Apply and undo reject with ORDEAL_NODE_FAILED, or when the detour is gone. */
export function createDetourControl(parts: DetourParts): Control<ShapeParams> {
  const routed = new Map<string, ShapedLink>();
  const write = async (shapings: readonly Shaping[]): Promise<void> => {
    const wanted = new Map(shapings.map(({ link }) => [linkKey(...link), link]));
    await parts.detour.request({
      op: 'shape',
      links: shapings.map(({ link, shapes }) => ({ from: parts.addressOf(link[0]), to: parts.addressOf(link[1]), shapes })),
    });
    for (const [key, link] of wanted) {
      if (routed.has(key)) continue;
      await route('replace', link);
      routed.set(key, link);
    }
    for (const [key, link] of routed) {
      if (wanted.has(key)) continue;
      await route('del', link);
      routed.delete(key);
    }
  };
  const route = async (verb: 'replace' | 'del', [from, to]: ShapedLink): Promise<void> => {
    const args = ['-n', parts.namespaceOf(from), 'route', verb, `${parts.addressOf(to)}/32`, 'dev', parts.deviceOf(from), 'src', parts.addressOf(from)];
    try {
      await run('ip', args);
    } catch (cause) {
      // a route that went with its device is no longer there to be taken away
      if (verb === 'del' && /No such process|Cannot find device/.test(messageOf(cause))) return;
      throw new OrdealError('ORDEAL_NODE_FAILED', { what: `ip ${args.join(' ')}: ${messageOf(cause)}`, where: 'the detour', cause });
    }
  };
  const undo = { detour: parts.identity } satisfies DetourUndo as unknown as Change['undo'];
  return createShapeControl(parts, { kind: 'tun.shape', undo, write });
}
