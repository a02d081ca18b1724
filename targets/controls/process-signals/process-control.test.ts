import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId, ProcessParams } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import type { NodeFreezer, NodeProcesses } from './node-processes.ts';
import { createProcessControl, PROCESS_KILL, PROCESS_PAUSE } from './process-control.ts';

const nodes = ['n1', 'n2', 'n3'] as NodeId[];

/** Nodes by what was done to them; their pids are nobody's, so that signals go nowhere. */
function fakeNodes() {
  const states = new Map<NodeId, 'running' | 'paused' | 'down' | 'crashed'>(nodes.map((node) => [node, 'running']));
  const failing = new Set<NodeId>();
  const processes: NodeProcesses = {
    nodes,
    identity: (node) => (states.get(node) === 'running' || states.get(node) === 'paused' ? { pid: 0x7ffffff0, startTime: '1' } : undefined),
    state: (node) => (states.get(node) === 'down' ? 'stopped' : states.get(node)!) as 'running',
    kill: async (node) => void states.set(node, 'down'),
    restart: async (node, how) => {
      if (failing.has(node)) throw new Error(`${node} does not start`);
      states.set(node, how);
    },
    notePaused: (node, paused) => void states.set(node, paused),
    beforeServing: () => {},
    contact: async (node) => ({ reply: states.get(node) === 'running' ? 'answered' : states.get(node) === 'paused' ? 'silent' : 'refused' }),
    exclusively: (_node, action) => action(),
  };
  const frozen = new Set<NodeId>();
  const freezer: NodeFreezer = {
    freeze: async (node) => void frozen.add(node),
    thaw: (node) => void frozen.delete(node),
    isFrozen: (node) => frozen.has(node),
    folders: (of) => of.map((node) => `/groups/${node}`),
  };
  return { states, failing, frozen, processes, control: createProcessControl(processes, createRealClock(), { freezer }) };
}

const params = (type: ProcessParams['type'], ...of: string[]): ProcessParams => ({ type, nodes: of as NodeId[] });

describe('the control of processes', () => {
  it('leaves exactly the union of the active changes, down beating paused, and nothing at the end', async () => {
    const how = fc.constantFrom<Pick<ProcessParams, 'type' | 'by'>>({ type: 'kill' }, { type: 'pause' }, { type: 'pause', by: 'freezer' });
    const fault = fc.tuple(how, fc.uniqueArray(fc.constantFrom(...nodes), { minLength: 1 })).map(([kind, of]): ProcessParams => ({ ...kind, nodes: of }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(4), fc.boolean()), { maxLength: 30 }),
        async (faults, steps) => {
          const { states, frozen, control } = fakeNodes();
          const changes = faults.map((of, i) => control.plan(`c${i}`, of));
          const active = new Set<number>();
          for (const [pick, inject] of steps) {
            const i = pick % changes.length;
            await (inject ? control.apply(changes[i]!) : control.undo(changes[i]!));
            if (inject) active.add(i);
            else active.delete(i);
            for (const node of nodes) {
              const on = [...active].map((a) => faults[a]!).filter((of) => of.nodes.includes(node));
              const down = on.some(({ type }) => type === 'kill');
              expect(states.get(node)).toBe(down ? 'down' : on.length > 0 ? 'paused' : 'running');
              expect(frozen.has(node)).toBe(!down && on.some(({ by }) => by === 'freezer'));
            }
          }
          for (const change of changes) await control.undo(change);
          expect([...states.values(), ...frozen]).toEqual(['running', 'running', 'running']);
        },
      ),
    );
  });

  it('does not start what crashed by itself, and repeats an undo that failed', async () => {
    const { states, failing, control } = fakeNodes();
    const pause = control.plan('p', params('pause', 'n1'));
    await control.apply(pause);
    states.set('n1' as NodeId, 'crashed');
    await control.undo(pause);
    expect(states.get('n1' as NodeId)).toBe('crashed');
    const kill = control.plan('k', params('kill', 'n2', 'n3'));
    await control.apply(kill);
    failing.add('n2' as NodeId);
    await expect(control.undo(kill)).rejects.toThrow(/n2 does not start/);
    expect(states.get('n3' as NodeId)).toBe('running');
    failing.clear();
    await control.undo(kill);
    expect(states.get('n2' as NodeId)).toBe('running');
  });

  it('names processes known before the injection, and refuses what a real disk cannot do', () => {
    const { states, control } = fakeNodes();
    states.set('n2' as NodeId, 'crashed');
    expect(control.plan('p', params('pause', 'n1', 'n2'))).toMatchObject({
      kind: PROCESS_PAUSE,
      nodes: ['n1', 'n2'],
      undo: { processes: [{ node: 'n1', pid: 0x7ffffff0, startTime: '1' }] },
    });
    expect(control.plan('f', { ...params('pause', 'n1'), by: 'freezer' }).undo).toMatchObject({ frozen: ['/groups/n1'] });
    expect(control.plan('k', params('kill', 'n1')).kind).toBe(PROCESS_KILL);
    expect(() => control.plan('l', params('power-loss', 'n1'))).toThrow(/loss of power/);
  });

  it('refuses an injector that does nothing', async () => {
    const { control } = fakeNodes();
    for (const type of ['pause', 'kill'] as const) {
      expect((await control.probe(control.plan(type, params(type, 'n1')), 'applied')).holds).toBe(false);
    }
  });
});
