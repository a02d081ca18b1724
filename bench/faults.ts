/**
 * The table fault × host kind, measured here: injected, seen to bite by a probe that refuses a no-op injector, undone, seen
 * to be undone, and how long each took; or the capability that is missing. `npx node bench/faults.ts [--hosts a,b] [--faults a,b]
 * [--write docs/fault-table.md]`, as root for all that there is. The machines of `ssh` are sshds in namespaces of this one.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Capability, Cluster, Fault, HostKind, ProbedCapability } from '../harness/contracts/index.ts';
import { EXIT } from '../harness/errors/codes.ts';
import { messageOf } from '../harness/errors/ordeal-error.ts';
import { createRng } from '../harness/random/rng.ts';
import { MEMBER_CHANGE, MEMBER_PROMOTE } from '../nemesis/faults/capabilities.ts';
import { FAULTS } from '../nemesis/registry/faults.ts';
import { withEcho } from '../targets/hosts/conformance/echo-cluster.ts';
import type { Simulator } from '../targets/hosts/sim/simulator.ts';
import { Machines, noMachines } from '../targets/hosts/ssh/machines.test-support.ts';
import { HOSTS } from '../targets/registry/hosts.ts';
import { type Trial, tryFault } from './fault-trial.ts';
import { type Cell, faultTable } from './render-fault-table.ts';

const { values: flags } = parseArgs({ options: { hosts: { type: 'string' }, faults: { type: 'string' }, write: { type: 'string' } } });
const measured = flags.hosts?.split(',') ?? Object.keys(HOSTS);
const NODES = 3;
const folder = mkdtempSync(join(tmpdir(), 'ordeal-faults-'));
let runs = 0;

type Probed = ReadonlyMap<Capability, ProbedCapability>;

/** A cluster of its own for each fault: what one leaves cannot speak for another. */
async function measure(host: HostKind, options: unknown, fault: Fault): Promise<Trial> {
  const runId = `t${process.pid}x${++runs}`;
  const rng = createRng(1).fork(fault.name);
  const request = { runId, nodes: NODES, instrument: new Set(fault.needs), options: host.options.parse(options), rng, folder: join(folder, runId) };
  const open = (): ReturnType<HostKind['open']> => host.open({ ...request, signal: new AbortController().signal });
  const within = <T>(cluster: Cluster, work: Promise<T>): Promise<T> => (host.name === 'sim' ? (cluster as Simulator).run(work) : work);
  try {
    return await withEcho({ open, within }, NODES, ({ cluster }) => tryFault(cluster, fault, rng));
  } catch (error) {
    return { status: 'failed', why: messageOf(error) };
  }
}

async function cellOf(host: HostKind, options: unknown, probed: Probed, fault: Fault): Promise<Cell> {
  if (fault.needs.includes(MEMBER_PROMOTE) || fault.needs.includes(MEMBER_CHANGE)) return { status: 'of the system' };
  for (const capability of fault.needs) {
    const { ok, found } = probed.get(capability) ?? { ok: false, found: 'this kind of host has nothing for it' };
    if (!ok) return { status: 'missing', capability, why: found };
  }
  if (!measured.includes(host.name) || flags.faults?.split(',').includes(fault.name) === false) return { status: 'elsewhere' };
  const trial = await measure(host, options, fault);
  process.stderr.write(`${host.name} ${fault.name}: ${trial.status === 'proven' ? JSON.stringify(trial.timing) : trial.why}\n`);
  return trial;
}

/** Taken down on every way out that lets us. */
let machines: Machines | undefined;
process.once('exit', () => {
  machines?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(EXIT.interrupted));

/** What a host kind is told: `ssh` of its machines, where there are any to be had. */
function optionsFor(host: string): unknown {
  if (host !== 'ssh' || !measured.includes(host) || noMachines() !== '') return {};
  machines = new Machines(NODES);
  return { sshNode: machines.nodes.split(','), sshKey: machines.key, sshKnownHosts: machines.knownHosts, sshFolder: machines.folder };
}

const rows = new Map<string, Map<string, Cell>>();
for (const [hostName, entry] of Object.entries(HOSTS)) {
  const host = await entry.load();
  const probed = await host.probe();
  const options = optionsFor(hostName);
  for (const [name, row] of Object.entries(FAULTS)) {
    const cells = rows.get(name) ?? new Map<string, Cell>();
    rows.set(name, cells.set(hostName, await cellOf(host, options, probed, await row.load())));
  }
}
const load = loadavg()[0] ?? 0;
const where = `Measured with ${cpus().length} processors under a load average of ${Math.round(load)}, ${type()} ${release().split('-')[0]}`;
machines?.[Symbol.dispose]();
const text = faultTable(Object.keys(HOSTS), rows, where);
if (flags.write === undefined) process.stdout.write(text);
else writeFileSync(flags.write, text);
if ([...rows.values()].some((cells) => [...cells.values()].some(({ status }) => status === 'failed'))) process.exitCode = 1;
