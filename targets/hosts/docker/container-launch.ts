/**
 * Starting a node's program as a container of its own: in the network namespace of the node, which outlives it, with the
 * node's data folder at the same place as outside, and its output straight into the node's log. A node that starts the
 * same program again starts the same container again: what it wrote into its own files is still there.
 */
import { appendFileSync, chmodSync, closeSync, constants, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as system } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import type { Clock, NodeId } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { identify, type ProcessIdentity } from '../../controls/procfs/processes.ts';
import { type Launch, type Launched, type LaunchRequest, noProgram } from '../process/launch.ts';
import { labelsOf, NODE_LABEL, unlessGone } from './engine.ts';
import { GATE, GATE_FOLDER, type GateFolder, gateFolder, LOG } from './gate.ts';
import { imageFor, type RunnableImage } from './image.ts';
import type { DockerOptions } from './options.ts';

const EXEC_DEADLINE = ms(10_000);
const POLL = ms(2);

export interface ContainerParts {
  readonly engine: Docker;
  readonly runId: string;
  readonly options: Pick<DockerOptions, 'image' | 'build'>;
  /** The folder of the gate of each node. */
  gatePath(node: NodeId): string;
  /** The id of the container whose network namespace is the node's. */
  holder(node: NodeId): string;
}

interface NodeContainer {
  readonly container: Docker.Container;
  /** What it was made of: another program needs another container. */
  readonly spec: string;
}

/** Gives what starts programs as containers. */
export function containerLaunch(parts: ContainerParts): Launch {
  const containers = new Map<NodeId, NodeContainer>();
  const images = new Map<string, Promise<RunnableImage | undefined>>();
  const imageOf = (name: string): Promise<RunnableImage | undefined> => {
    const found = images.get(name) ?? imageFor(parts.engine, name, parts.options);
    images.set(name, found);
    return found;
  };
  return async (request) => {
    const [name = '', ...rest] = request.argv;
    const runnable = await imageOf(name);
    if (runnable === undefined) throw noProgram(request.node, name);
    const gate = gateFolder(parts.gatePath(request.node));
    const body = containerBody(parts, request, runnable, rest);
    const spec = JSON.stringify(body);
    let current = containers.get(request.node);
    if (current?.spec !== spec) {
      if (current !== undefined) await unlessGone(current.container.remove({ force: true, v: true }));
      current = { container: await asked(request.node, parts.engine.createContainer(body)), spec };
      containers.set(request.node, current);
    }
    return started(current.container, request, gate);
  };
}

function containerBody(
  parts: ContainerParts,
  request: LaunchRequest,
  { image, program }: RunnableImage,
  rest: readonly string[],
): Docker.ContainerCreateOptions {
  const bind = (source: string, target = source, access: 'read' | 'write' = 'write'): Docker.MountSettings => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: access === 'read',
  });
  const code = request.module === undefined ? [] : [...new Set([import.meta.url, request.module].map(packageOf))];
  // a program that is not root in its image writes there too
  chmodSync(request.cwd, 0o777);
  appendFileSync(request.logFile, '');
  chmodSync(request.logFile, 0o666);
  return {
    name: `ordeal-${parts.runId}-${request.node}`,
    Image: image,
    Entrypoint: [GATE, request.pipes === 'none' ? 'x' : 'p', program, ...rest],
    Cmd: [],
    Env: Object.entries(request.env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: request.cwd,
    Labels: { ...labelsOf(parts.runId), [NODE_LABEL]: request.node },
    HostConfig: {
      NetworkMode: `container:${parts.holder(request.node)}`,
      LogConfig: { Type: 'none', Config: {} },
      Tmpfs: { '/tmp': '' },
      Mounts: [
        bind(parts.gatePath(request.node), GATE_FOLDER, 'read'),
        bind(request.logFile, LOG),
        bind(request.cwd),
        ...code.map((folder) => bind(folder, folder, 'read')),
      ],
    },
  };
}

/** The folder that modules around this one come from: of its outermost package, which has what it imports. */
function packageOf(url: string): string {
  const path = fileURLToPath(url);
  const outer = path.split('/node_modules/')[0] as string;
  let folder = outer === path ? dirname(path) : outer;
  while (folder !== dirname(folder) && !existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder === dirname(folder) ? dirname(path) : folder;
}

async function started(container: Docker.Container, request: LaunchRequest, gate: GateFolder): Promise<Launched> {
  const { node, pipes } = request;
  // both ends of it: so that opening waits for nobody, and the end comes with us
  const go = openSync(gate.go, constants.O_RDWR | constants.O_NONBLOCK);
  const status = pipes === 'none' ? undefined : new Socket({ fd: openSync(gate.status, constants.O_RDWR | constants.O_NONBLOCK) });
  status?.on('error', () => {});
  try {
    await asked(node, container.start());
    const identity = await atGate(container, node, gate, request.clock);
    const exited = container.wait({ condition: 'not-running' }).then(
      ({ StatusCode }: { StatusCode: number }) => endOf(StatusCode),
      (error: unknown) => messageOf(error),
    );
    writeSync(go, pipes === 'none' ? 'x' : 'p');
    const end = request.clock.now() + EXEC_DEADLINE;
    while (isGate(identity.pid, gate) && request.clock.now() < end) await request.clock.sleep(POLL);
    void exited.then(() => {
      closeSync(go);
      status?.destroy();
    });
    if (status === undefined) return { identity, exited };
    return { setup: { write: (line: string) => writeSync(go, line) > 0 }, status, identity, exited };
  } catch (error) {
    await container.kill().catch(() => {});
    closeSync(go);
    status?.destroy();
    throw error;
  }
}

/** The process of a container that has come to its gate. Rejects with ORDEAL_NODE_FAILED. */
export async function atGate(container: Docker.Container, node: NodeId, gate: GateFolder, clock: Clock): Promise<ProcessIdentity> {
  const end = clock.now() + EXEC_DEADLINE;
  for (;;) {
    const { State } = await asked(node, container.inspect());
    if (!State.Running) throw failed(node, `its container ended at once (${State.Error || `exit ${State.ExitCode}`})`);
    // for a moment it is still the program that makes containers
    while (!isGate(State.Pid, gate) && identify(State.Pid) !== undefined && clock.now() < end) await clock.sleep(POLL);
    const identity = identify(State.Pid);
    if (identity !== undefined && isGate(State.Pid, gate)) return identity;
    if (clock.now() >= end) throw failed(node, `process ${State.Pid} of its container is none of this machine: is the engine elsewhere?`);
    await clock.sleep(POLL);
  }
}

function isGate(pid: number, gate: GateFolder): boolean {
  try {
    const runs = statSync(`/proc/${pid}/exe`);
    const own = statSync(join(gate.path, 'gate'));
    return runs.ino === own.ino && runs.dev === own.dev;
  } catch {
    return false;
  }
}

/** How a container ended, in the words of processes: `exit 1`, `SIGKILL`. */
function endOf(status: number): string {
  const signal = Object.entries(system.signals).find(([, number]) => number === status - 128)?.[0];
  return signal ?? `exit ${status}`;
}

/** What the engine refuses is the node's failure. */
export async function asked<T>(node: NodeId, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (cause) {
    throw failed(node, `the engine refuses: ${messageOf(cause)}`, cause);
  }
}

function failed(node: NodeId, what: string, cause?: unknown): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', { what: `${node}: ${what}`, where: `node ${node}`, cause });
}
