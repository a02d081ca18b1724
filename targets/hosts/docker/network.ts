/**
 * The network of a run at the engine: a bridge of its own, and for each node a container that does nothing but hold the
 * node's network namespace (as pods have one), so that rules, witnesses and detours in it outlive the containers that
 * nodes run in. Namespaces get names, by which they can be entered, and cleaned up without the engine.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { Clock, NodeId } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { NetnsPlan } from '../netns/address-plan.ts';
import { nodeNamespace } from '../netns/namespaces.ts';
import { asked, atGate } from './container-launch.ts';
import { labelsOf, NODE_LABEL } from './engine.ts';
import { GATE, GATE_FOLDER, gateFolder } from './gate.ts';
import { emptyImage } from './image.ts';

const run = promisify(execFile);

export interface RunNetwork {
  readonly engine: Docker;
  readonly runId: string;
  readonly nodes: readonly NodeId[];
  readonly plan: NetnsPlan;
  readonly clock: Clock;
  readonly resources: AsyncDisposableStack;
  /** The folder of the gate of what holds a node's namespace. */
  gatePath(node: NodeId): string;
}

const networkName = (runId: string): string => `ordeal-${runId}`;

/** Builds it; gives the id of the container that holds a node's namespace. Rejects with ORDEAL_NODE_FAILED, ORDEAL_PROVISION_FAILED. */
export async function buildNetwork(parts: RunNetwork): Promise<(node: NodeId) => string> {
  const { engine, runId, plan } = parts;
  // interface names have at most 15 characters; ids of runs differ at their ends
  const bridge = `o${runId.slice(-14)}`;
  const image = await emptyImage(engine);
  try {
    await engine.createNetwork({
      Name: networkName(runId),
      Driver: 'bridge',
      CheckDuplicate: true,
      // the engine's own place in it is control, which is never cut
      IPAM: { Driver: 'default', Config: [{ Subnet: plan.block, Gateway: plan.control }] },
      Labels: labelsOf(runId),
      Options: { 'com.docker.network.bridge.name': bridge },
    });
    await run('ip', ['addr', 'add', `${plan.clients}/24`, 'dev', bridge]);
  } catch (cause) {
    throw failed(`the network ${networkName(runId)} could not be made: ${messageOf(cause)}`, cause);
  }
  const holders = new Map(await Promise.all(parts.nodes.map(async (node) => [node, await hold(parts, node, image)] as const)));
  return (node) => holders.get(node) as string;
}

async function hold({ engine, runId, plan, clock, resources, gatePath }: RunNetwork, node: NodeId, image: string): Promise<string> {
  const gate = gateFolder(gatePath(node));
  const container = await asked(
    node,
    engine.createContainer({
      name: `ordeal-${runId}-${node}-net`,
      Image: image,
      Hostname: node,
      Entrypoint: [GATE, 'h'],
      Labels: { ...labelsOf(runId), [NODE_LABEL]: node },
      HostConfig: {
        NetworkMode: networkName(runId),
        LogConfig: { Type: 'none', Config: {} },
        Mounts: [{ Type: 'bind', Source: gate.path, Target: GATE_FOLDER, ReadOnly: true }],
      },
      NetworkingConfig: { EndpointsConfig: { [networkName(runId)]: { IPAMConfig: { IPv4Address: plan.addressOf(node) } } } },
    }),
  );
  // it ends with us, for then the FIFO that it reads has no writer any more
  const go = openSync(gate.go, constants.O_RDWR | constants.O_NONBLOCK);
  resources.defer(() => closeSync(go));
  await asked(node, container.start());
  const { pid } = await atGate(container, node, gate, clock);
  try {
    await run('ip', ['netns', 'attach', nodeNamespace(runId, node), String(pid)]);
  } catch (cause) {
    throw failed(`the network namespace of ${node} cannot be named: ${messageOf(cause)}`, cause);
  }
  return container.id;
}

function failed(what: string, cause: unknown): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', { what, where: '--host docker', remedy: 'See `ordeal doctor`.', cause });
}
