/** The Docker engine, through dockerode: an optional peer, loaded when it is needed, and only in this folder. */
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { release } from 'node:os';
import type Docker from 'dockerode';
import type { ProbedCapability } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { bootId, identify, isAlive, type ProcessIdentity } from '../../controls/procfs/processes.ts';

/** What everything that we make at the engine is labelled with. */
const RUN_LABEL = 'ordeal.run';
const OWNER_LABEL = 'ordeal.owner';
export const NODE_LABEL = 'ordeal.node';
/** Images that we made, kept for the runs to come. */
export const IMAGE_LABEL = 'ordeal.image';

/** Who made it. A pid means something in its own pid namespace alone. */
interface Owner extends ProcessIdentity {
  readonly bootId: string;
  readonly pidNamespace: string;
}

type Labelled = { readonly Labels?: Readonly<Record<string, string>> | undefined };

const START_REMEDY = 'Start Docker (Debian: apt-get install docker.io, then dockerd), or set DOCKER_HOST; or use --host netns.';

/** Where dockerode looks for the engine. */
const address = (): string => process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';

/** Rejects with ORDEAL_MISSING_CAPABILITY when there is no dockerode, or no engine answers. */
export async function connectEngine(): Promise<Docker> {
  const engine = await loadClient();
  try {
    await engine.ping();
    return engine;
  } catch (cause) {
    const what = `no Docker engine answers at ${address()}: ${messageOf(cause)}`;
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what, where: '--host docker', remedy: START_REMEDY, cause });
  }
}

async function loadClient(): Promise<Docker> {
  try {
    const { default: Client } = await import('dockerode');
    return new Client();
  } catch (cause) {
    const what = 'the package "dockerode" is not installed';
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what, where: '--host docker', remedy: 'npm install --save-dev dockerode', cause });
  }
}

/** Whether the engine's containers are processes of this very machine, which our faults need. */
export async function probeEngine(engine: Docker): Promise<ProbedCapability> {
  const info = (await engine.info()) as { ServerVersion: string; KernelVersion: string; OSType: string; SecurityOptions?: readonly string[] };
  const found = `Docker ${info.ServerVersion} at ${address()}`;
  if (info.OSType !== 'linux' || info.KernelVersion !== release())
    return {
      ok: false,
      found: `${found} is not on this kernel (${info.KernelVersion})`,
      remedy: 'Run ordeal on the machine of the engine, or use --host process.',
    };
  if (info.SecurityOptions?.some((option) => /rootless|userns/.test(option)))
    return { ok: false, found: `${found} maps users`, remedy: 'Use an engine without rootless mode and userns-remap, or --host netns.' };
  return { ok: true, found };
}

/** An engine whose containers are processes of this machine. Rejects with ORDEAL_MISSING_CAPABILITY. */
export async function localEngine(): Promise<Docker> {
  const engine = await connectEngine();
  const { ok, found, remedy } = await probeEngine(engine);
  if (ok) return engine;
  throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what: found, where: '--host docker', ...(remedy !== undefined && { remedy }) });
}

/** The environment that leads a helper process to the same engine. */
export function engineEnvironment(): readonly string[] {
  return ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'].flatMap((name) => (process.env[name] ? [`${name}=${process.env[name]}`] : []));
}

/** The labels of what a run of this process makes. */
export function labelsOf(runId: string): Record<string, string> {
  const owner: Owner = { ...(identify(process.pid) ?? { pid: process.pid, startTime: '' }), bootId: bootId(), pidNamespace: pidNamespace() };
  return { [RUN_LABEL]: runId, [OWNER_LABEL]: JSON.stringify(owner) };
}

/** Removes the containers and the network of a run. What is gone already is no error. */
export async function removeRun(engine: Docker, runId: string): Promise<void> {
  await removeLabelled(engine, `${RUN_LABEL}=${runId}`, () => true);
}

/** Removes what runs left whose processes are dead: their harness and its reaper were killed together. Resolves with their ids. */
export async function removeOrphans(engine: Docker): Promise<readonly string[]> {
  return removeLabelled(engine, RUN_LABEL, isOrphan);
}

async function removeLabelled(engine: Docker, label: string, choose: (thing: Labelled) => boolean): Promise<readonly string[]> {
  const filters = JSON.stringify({ label: [label] });
  const containers = (await engine.listContainers({ all: true, filters })).filter(choose);
  await Promise.all(containers.map(({ Id }) => unlessGone(engine.getContainer(Id).remove({ force: true, v: true }))));
  const networks = (await engine.listNetworks({ filters })).filter(choose);
  await Promise.all(networks.map(({ Id }) => unlessGone(engine.getNetwork(Id).remove())));
  return [...new Set([...containers, ...networks].map((thing) => (thing as Labelled).Labels?.[RUN_LABEL] ?? ''))];
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** What the engine has of these runs, by name. Rejects with ORDEAL_MISSING_CAPABILITY. */
export async function namesAtEngine(runIds: readonly string[]): Promise<readonly string[]> {
  const engine = await connectEngine();
  const filters = JSON.stringify({ label: [RUN_LABEL] });
  const containers = await engine.listContainers({ all: true, filters });
  const networks = await engine.listNetworks({ filters });
  const named = [...containers.map(({ Names, Labels }) => ({ name: Names[0] ?? '', Labels })), ...networks.map(({ Name, Labels }) => ({ name: Name, Labels }))];
  return named.flatMap(({ name, Labels }) => (runIds.includes(Labels?.[RUN_LABEL] ?? '') ? [name] : []));
}

/** Its owner is dead: pure of the labels. What has no owner that can be read is not of our making. */
export function isOrphan({ Labels }: Labelled): boolean {
  try {
    const owner = JSON.parse(Labels?.[OWNER_LABEL] ?? '') as Owner;
    return owner.bootId !== bootId() || (owner.pidNamespace === pidNamespace() && !isAlive(owner));
  } catch {
    return false;
  }
}

/** Not found, or being removed by somebody else: what was wanted comes about. */
export async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (![404, 409].includes(Number((error as { statusCode?: unknown }).statusCode))) throw error;
  }
}

/** Whether a program of the machine can be run. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
