import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeId, ProcessParams } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { reap } from '../../hosts/process/reap.ts';
import type { NodeProcesses } from '../process-signals/node-processes.ts';
import { createProcessControl } from '../process-signals/process-control.ts';
import { undoProcessPause } from '../process-signals/process-undo.ts';
import { killTree } from '../process-signals/signals.ts';
import { identify, isAlive, processorNs, signal } from '../procfs/processes.ts';
import { findHierarchies, groupOf, type Hierarchies, makeGroup, removeFolders } from './control-groups.ts';
import { createFreezer } from './freezer.ts';
import { probeResources } from './resource-capabilities.ts';

const { 'process.freeze': able } = probeResources();
const n1 = 'n1' as NodeId;
const clock = createRealClock();
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

/** Both versions where the machine has both: mount information that shows the one alone. */
const V1 = '33 26 0:27 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer';
const versions: Readonly<Record<string, Hierarchies>> = { found: findHierarchies(), 'version 1': findHierarchies(V1, () => '') };

/** A node that is one spinning process. */
function spinner(hierarchies: Hierarchies) {
  const child: ChildProcess = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore', detached: true });
  const process = identify(child.pid!)!;
  const group = groupOf(hierarchies, `freezer-${child.pid}`, n1);
  makeGroup(group);
  const exited = once(child, 'exit');
  cleanup.push(async () => {
    createFreezer(() => group, clock).thaw(n1);
    signal(-process.pid, 'SIGKILL');
    await exited;
    expect(removeFolders(Object.values(group.folders))).toBe(true);
  });
  const processes: NodeProcesses = {
    nodes: [n1],
    identity: () => (isAlive(process) ? process : undefined),
    state: () => 'running',
    kill: () => killTree(process, clock),
    restart: async () => {},
    notePaused: () => {},
    beforeServing: () => {},
    contact: async () => {
      const before = processorNs(process.pid)!;
      await clock.sleep(ms(100));
      return { reply: processorNs(process.pid)! > before ? 'answered' : 'silent' };
    },
    exclusively: (_node, action) => action(),
  };
  return { process, exited, group, control: createProcessControl(processes, clock, { freezer: createFreezer(() => group, clock) }) };
}

const freeze: ProcessParams = { type: 'pause', nodes: [n1], by: 'freezer' };

describe.skipIf(!able?.ok)(`the freezer of control groups${able?.ok ? '' : ` (not run: ${able?.found})`}`, () => {
  for (const [version, hierarchies] of Object.entries(versions)) {
    describe.skipIf(hierarchies.freezer === undefined || (version === 'version 1' && findHierarchies().freezer === undefined))(version, () => {
      it('holds what SIGCONT does not free, together with a pause by signal, and is undone', async () => {
        const { process, control } = spinner(hierarchies);
        const [frozen, paused] = [control.plan('f', freeze), control.plan('p', { type: 'pause', nodes: [n1] })];
        expect(await control.probe(frozen, 'applied')).toMatchObject({ holds: false });
        await control.apply(frozen);
        signal(process.pid, 'SIGCONT');
        expect(await control.probe(frozen, 'applied')).toMatchObject({ holds: true, independent: true });
        await control.apply(paused);
        await control.undo(frozen);
        expect(await control.probe(paused, 'applied')).toMatchObject({ holds: true });
        await control.apply(frozen);
        await control.undo(paused);
        expect(await control.probe(frozen, 'applied')).toMatchObject({ holds: true });
        await control.undo(frozen);
        expect(await control.probe(paused, 'undone')).toMatchObject({ holds: true });
      });

      it('lets go by the journal line alone, twice', async () => {
        const { control } = spinner(hierarchies);
        const frozen = control.plan('f', freeze);
        await control.apply(frozen);
        for (let i = 0; i < 2; i++) await undoProcessPause(JSON.parse(JSON.stringify(frozen)), new AbortController().signal);
        expect(await control.probe(frozen, 'applied')).toMatchObject({ holds: false });
      });

      it('does not keep a node from dying: of a kill, and of the reaper', async () => {
        const killed = spinner(hierarchies);
        await killed.control.apply(killed.control.plan('f', freeze));
        await killed.control.apply(killed.control.plan('k', { type: 'kill', nodes: [n1] }));
        await killed.exited;
        const reaped = spinner(hierarchies);
        await reaped.control.apply(reaped.control.plan('f', freeze));
        reap({ own: [reaped.process], namespaces: [], groups: Object.values(reaped.group.folders) });
        await reaped.exited;
      });
    });
  }
});
