/** The process of the coordinator: two-phase commit over HTTP. Started by the host as a node of the cluster. */
import { createServer, type ServerResponse } from 'node:http';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { Coordinator } from './coordinator.ts';
import { forgottenDecisions, loggedDecisions } from './decisions.ts';
import { PostgresParticipant } from './participant.ts';
import { COORDINATOR_SETUP, type CoordinatorSetup, type CoordinatorStatus, STATUS_PATH, TRANSFER_PATH, type TransferRequest } from './protocol.ts';

const setup = JSON.parse(process.env[COORDINATOR_SETUP] ?? '{}') as CoordinatorSetup;
const participants = setup.participants.map(({ name, ...address }) => new PostgresParticipant(name, address));
const decisions = setup.how === 'logged' ? loggedDecisions(setup.log) : forgottenDecisions();
const coordinator = new Coordinator(participants, decisions, createRealClock());
if (setup.how !== 'no-recovery') void coordinator.recover();

createServer(async (incoming, response) => {
  if (incoming.url === STATUS_PATH) return send(response, { open: coordinator.open } satisfies CoordinatorStatus);
  if (incoming.method !== 'POST' || incoming.url !== TRANSFER_PATH) return send(response, {}, 404);
  let text = '';
  try {
    for await (const piece of incoming.setEncoding('utf8')) text += piece;
  } catch {
    return; // a request that was cut off on its way never arrived
  }
  send(response, await coordinator.transfer(JSON.parse(text) as TransferRequest));
}).listen(setup.port, setup.host);

function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
