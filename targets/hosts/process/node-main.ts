/**
 * The process of a node program: says `waiting` on descriptor 3, takes its setup from stdin, starts the program behind a
 * real `Env`, listens, says `started`. It ends when stdin ends: the harness is gone.
 */
import { writeSync } from 'node:fs';
import type { NodeId, NodeProgram, RunningProgram, Value } from '../../../harness/contracts/index.ts';
import { keepCompiled } from '../../../harness/entry/compile-cache.ts';
import { importModule } from '../../../harness/entry/entry-points.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { readJsonLines } from '../../controls/helper-process/line-protocol.ts';
import { listenForPeers } from './node-program/peer-links.ts';
import { ProgramEnv } from './node-program/program-env.ts';
import { serveChannel } from './node-program/request-server.ts';
import type { NodeSetup, NodeStatus } from './wire-protocol.ts';

const STATUS_DESCRIPTOR = 3;

function tell(status: NodeStatus): void {
  writeSync(STATUS_DESCRIPTOR, `${JSON.stringify(status)}\n`);
}

async function start(setup: NodeSetup): Promise<void> {
  try {
    const { url, name, options } = setup.module;
    const exports = (await importModule(url)) as Readonly<Record<string, NodeProgram | undefined>>;
    const program = exports[name];
    if (typeof program?.start !== 'function') throw new Error(`${url} exports no node program named ${name}`);
    const running: RunningProgram = await program.start(new ProgramEnv(setup, createRealClock()), options);
    await listenForPeers(setup.peerEndpoint, (from: NodeId, message: Value) => running.onMessage(from, message));
    await serveChannel(setup.requestEndpoint, (message, reply) => running.onRequest(message, reply));
    tell({ type: 'started' });
    keepCompiled();
  } catch (error) {
    console.error(error);
    tell({ type: 'failed', code: error instanceof Error && 'code' in error ? String(error.code) : '', message: messageOf(error) });
    process.exit(1);
  }
}

readJsonLines(
  process.stdin,
  (setup) => void start(setup as NodeSetup),
  () => process.exit(0),
);
tell({ type: 'waiting' });
