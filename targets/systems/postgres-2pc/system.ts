/**
 * Transactions over several PostgreSQL servers: the first node is a coordinator of ours, the others are servers on their own,
 * which prepare transactions and wait for what it decides (PREPARE TRANSACTION, COMMIT PREPARED). Clients speak to the coordinator.
 */
import { join, resolve } from 'node:path';
import type { Capability, Cluster, Node, NodeId, Program, System, Value } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry-url.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { openHttpExchange } from '../http-exchange/http-exchange.ts';
import { membersOf } from '../postgres/members.ts';
import { SQL_PORT } from '../postgres/ports.ts';
import { type ProvisionedPostgres, provisionPostgres } from '../postgres/provision.ts';
import { dataOf, serverProgram } from '../postgres/server-program.ts';
import { coordinatorOf, participantsOf } from './nodes.ts';
import { observeParticipants } from './observer.ts';
import { type TwoPhaseCommitSystemOptions, twoPhaseCommitSystemOptions } from './options.ts';
import { COORDINATOR_PORT, COORDINATOR_SETUP, type CoordinatorSetup, type CoordinatorStatus, STATUS_PATH } from './protocol.ts';
import { transferClients } from './transfer-client.ts';

export const postgresTwoPhaseCommit: System<TwoPhaseCommitSystemOptions> = {
  name: 'postgres-2pc',
  summary: 'two or more PostgreSQL servers and a coordinator that commits on all of them in two phases',
  needs: ['exec', 'machine-files'] as Capability[],
  addressing: 'per-peer',
  options: twoPhaseCommitSystemOptions,
  nodes: 3,
  // a transfer waits for the coordinator and for every server that it concerns
  faultModel: { crashes: 'none', powerLoss: 'all', clocks: 'any' },
  detectionMs: 1_000,
  provision: async (_options, signal): Promise<Value> => provisionPostgres(signal),
  program(node, cluster, found, { coordinator }) {
    if (cluster.nodes.length < 3) throw tooFew(cluster.nodes.length);
    if (node.id === coordinatorOf(cluster).id) return coordinatorProgram(node, cluster, coordinator);
    const provisioned = found as unknown as ProvisionedPostgres;
    return serverProgram({ provisioned, address: node.bindAddress(SQL_PORT), data: dataOf(node), settings: { max_prepared_transactions: '200' } });
  },
  async ready(cluster, signal) {
    while (!(await allAnswer(cluster, signal))) await cluster.clock.sleep(POLL, signal);
  },
  clients: { transfers: transferClients },
  settled: async (cluster, signal) => (await allAnswer(cluster, signal)) && (await statusOf(cluster, signal))?.open === 0,
  entrances: (cluster) => [coordinatorOf(cluster)],
  watch: observeParticipants,
  async roles(cluster) {
    return new Map<NodeId, 'primary' | 'follower'>(cluster.nodes.map(({ id }) => [id, id === coordinatorOf(cluster).id ? 'primary' : 'follower']));
  },
};

const POLL = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];

function coordinatorProgram(node: Node, cluster: Cluster, how: TwoPhaseCommitSystemOptions['coordinator']): Program {
  const { host, port } = node.bindAddress(COORDINATOR_PORT);
  const participants = participantsOf(cluster).map((peer) => {
    const at = peer.peerAddress(SQL_PORT, node.id);
    return { name: peer.id, host: at.host, port: at.port };
  });
  const setup: CoordinatorSetup = { host, port, participants, log: resolve(join(node.dataDir, 'decisions.log')), how };
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', entryPath(import.meta.url, './coordinator-main')];
  return { kind: 'exec', argv, env: { [COORDINATOR_SETUP]: JSON.stringify(setup) }, ports: [COORDINATOR_PORT] };
}

async function allAnswer(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const participants = participantsOf(cluster);
  const [members, status] = await Promise.all([membersOf(participants, signal), statusOf(cluster, signal)]);
  return members.length === participants.length && status !== undefined;
}

/** From the control position; undefined where the coordinator does not answer. */
async function statusOf(cluster: Cluster, signal: AbortSignal): Promise<CoordinatorStatus | undefined> {
  const exchange = openHttpExchange(coordinatorOf(cluster).address(COORDINATOR_PORT, 'control'));
  try {
    const { status, text } = await exchange.get(STATUS_PATH, signal);
    return status === 200 ? (JSON.parse(text) as CoordinatorStatus) : undefined;
  } catch {
    return undefined;
  } finally {
    exchange.close();
  }
}

function tooFew(nodes: number): OrdealError {
  return new OrdealError('ORDEAL_BAD_OPTION', {
    what: 'a coordinator and one server have nothing to agree on',
    where: '--nodes',
    value: nodes,
    remedy: 'Use --nodes 3 or more: the first one coordinates.',
  });
}
