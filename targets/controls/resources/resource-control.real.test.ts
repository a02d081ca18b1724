import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeId, ResourceParams } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import type { NodeProcesses } from '../process-signals/node-processes.ts';
import { identify } from '../procfs/processes.ts';
import { findHierarchies, groupOf, makeGroup, removeFolders } from './control-groups.ts';
import { descriptorLimit } from './descriptor-limits.ts';
import { probeResources } from './resource-capabilities.ts';
import { createResourceControl } from './resource-control.ts';
import { undoResources } from './resource-undo.ts';

const probed = probeResources();
const lacking = Object.values(probed).find(({ ok }) => !ok);
const n1 = 'n1' as NodeId;
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

/** A node that is one sleeping process. */
function sleeper(runId: string) {
  const child: ChildProcess = spawn('sleep', ['300'], { stdio: 'ignore' });
  const process = identify(child.pid!)!;
  const group = groupOf(findHierarchies(), runId, n1);
  makeGroup(group);
  cleanup.push(async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(0)));
    expect(removeFolders(Object.values(group.folders))).toBe(true);
  });
  const processes: NodeProcesses = {
    nodes: [n1],
    identity: () => process,
    state: () => 'running',
    kill: async () => {},
    restart: async () => {},
    notePaused: () => {},
    beforeServing: () => {},
    contact: async () => ({ reply: descriptorLimit(process.pid)! > 3 ? 'answered' : 'silent' }),
    exclusively: (_node, action) => action(),
  };
  return { process, group, control: createResourceControl({ processes, clock: createRealClock(), groupOf: () => group }) };
}

describe.skipIf(lacking !== undefined)(`limits of resources${lacking ? ` (not run: ${lacking.found})` : ''}`, () => {
  const cases: readonly (readonly [ResourceParams, ResourceParams])[] = [
    [
      { type: 'cpu', nodes: [n1], millis: 20 },
      { type: 'cpu', nodes: [n1], millis: 50 },
    ],
    [
      { type: 'processes', nodes: [n1], most: 1 },
      { type: 'processes', nodes: [n1], most: 1 },
    ],
    [
      { type: 'memory', nodes: [n1], bytes: 8 << 20 },
      { type: 'memory', nodes: [n1], bytes: 12 << 20 },
    ],
    [
      { type: 'descriptors', nodes: [n1], most: 3 },
      { type: 'descriptors', nodes: [n1], most: 3 },
    ],
  ];
  it.each(cases.map(([params, overlap]) => [params.type, params, overlap] as const))(
    '%s: bite, are proven, stay while another change wants them, are undone; a no-op injector is refused',
    async (type, params, overlap) => {
      const { control } = sleeper(`limits-${process.pid}-${type}`);
      const [first, second] = [control.plan('t/0', params), control.plan('t/1', overlap)];
      expect(await control.probe(first, 'applied')).toMatchObject({ holds: false });
      expect(await control.probe(first, 'undone')).toMatchObject({ holds: true });
      await control.apply(first);
      await control.apply(second);
      expect(await control.probe(first, 'applied')).toMatchObject({ holds: true, independent: true });
      await control.undo(first);
      expect(await control.probe(second, 'applied')).toMatchObject({ holds: true });
      expect(await control.probe(second, 'undone')).toMatchObject({ holds: false });
      await control.undo(second);
      await control.undo(second);
      expect(await control.probe(second, 'undone')).toMatchObject({ holds: true });
    },
  );

  it('are undone by another process from the journal line alone, twice', async () => {
    const { control, process: node, group } = sleeper(`limits-${process.pid}-offline`);
    const own = descriptorLimit(node.pid);
    const changes = cases.map(([params], i) => control.plan(`t/${i}`, params));
    for (const change of changes) await control.apply(change);
    expect(descriptorLimit(node.pid)).toBe(3);
    for (const change of [...changes, ...changes]) await undoResources(JSON.parse(JSON.stringify(change)), new AbortController().signal);
    expect(descriptorLimit(node.pid)).toBe(own);
    // the node is still in them
    for (const folder of Object.values(group.folders)) expect(existsSync(folder)).toBe(true);
    expect(await control.probe({ ...changes[1]!, id: 'none' }, 'applied')).toMatchObject({ holds: false });
  });
});
