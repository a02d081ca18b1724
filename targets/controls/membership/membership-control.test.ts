/** The control of members over a cluster in memory whose answers are lost now and then, and whose requests take effect late. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster, Member, MemberAnswer, MemberParams, Membership, MemberVerbs, Node, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { createVirtualClock } from '../../../harness/time/virtual-clock.ts';
import { createMembershipControl } from './membership-control.ts';

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'] as NodeId[];
const membership: Omit<Membership<never>, 'verbs'> = { roles: ['voter', 'learner'], patienceMs: 4_000, unansweredMs: 500, notOn: [] };
const DONE: MemberAnswer = { type: 'done' };

/** Loses the answer of every request whose turn it is in `lost`; half of those take effect 300 ms later. */
function fakeCluster(lost: readonly boolean[] = []) {
  const clock = createVirtualClock();
  const members = new Map<string, Member>(NODES.map((node) => [node, { id: node, node, role: 'voter' }]));
  const running = new Map<NodeId, string | undefined>(NODES.map((node) => [node, node]));
  const wiped: string[] = [];
  const down = new Set<NodeId>();
  let requests = 0;
  let ids = 0;
  const answer = (effect: () => void): Promise<MemberAnswer> => {
    const turn = requests++;
    if (lost[turn] !== true) {
      effect();
      return Promise.resolve(DONE);
    }
    if (turn % 2 === 0) clock.at((clock.now() + ms(300)) as Ns, effect);
    return Promise.reject(new Error('the answer was lost'));
  };
  const verbs: MemberVerbs = {
    list: async () => ({ members: [...members.values()], settled: true }),
    remove: (those) => answer(() => those.forEach(({ id }) => void members.delete(id))),
    add: (node, role) => {
      if ([...members.values()].some((member) => member.node === node)) return Promise.resolve({ type: 'refused', why: 'it is a member' });
      const id = `${node}#${++ids}`;
      return answer(() => {
        if (![...members.values()].some((member) => member.node === node)) members.set(id, { id, node, role });
      });
    },
    promote: ({ id }) => answer(() => members.has(id) && members.set(id, { ...members.get(id)!, role: 'voter' })),
    begin: async ({ id, node }) => {
      wiped.push(running.get(node) ?? node);
      running.set(node, id);
    },
    serves: async ({ id, node }) => running.get(node) === id && !down.has(node),
  };
  const nodeOf = (id: NodeId): Pick<Node, 'id' | 'state' | 'stop'> => ({ id, state: () => 'running', stop: async () => void running.set(id, undefined) });
  const cluster = { host: 'fake', clock, nodes: NODES.map(nodeOf), control: () => undefined } as unknown as Cluster;
  return { clock, members, running, wiped, down, control: createMembershipControl(cluster, membership, verbs), requests: () => requests };
}

const to = (type: MemberParams['type'], ...nodes: string[]): MemberParams => ({ type, nodes: nodes as NodeId[], leaving: 'quorum' });
const placesOf = (members: ReadonlyMap<string, Member>): string[] => [...members.values()].map(({ node, role }) => `${node} ${role}`).sort();
const ALL = NODES.map((node) => `${node} voter`);

describe('the control of members', () => {
  it('leaves the union of the active changes, and every node a voter at the end, whatever answers are lost', async () => {
    const fault = fc
      .tuple(fc.constantFrom<MemberParams['type']>('leave', 'join', 'replace', 'learn'), fc.constantFrom(...NODES))
      .map(([type, node]) => to(type, node));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2), fc.boolean()), { maxLength: 12 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (faults, steps, lost) => {
          const { clock, members, running, control } = fakeCluster(lost);
          const changes = faults.map((params, i) => control.plan(`c${i}`, params));
          const active = new Set<number>();
          await clock.run(
            (async () => {
              for (const [pick, inject] of steps) {
                const i = pick % changes.length;
                const done = await (inject ? control.apply(changes[i]!) : control.undo(changes[i]!)).then(
                  () => true,
                  () => false,
                );
                if (!done) {
                  // as the executor: what could not be injected is undone
                  active.delete(i);
                  await control.undo(changes[i]!);
                } else if (inject) active.add(i);
                else active.delete(i);
                const outs = new Set([...active].map((a) => faults[a]!).flatMap(({ type, nodes }) => (type === 'leave' ? nodes : [])));
                for (const node of outs) expect([...members.values()].filter((member) => member.node === node)).toEqual([]);
              }
              for (const change of changes) await control.undo(change);
              await clock.sleep(ms(1_000));
              expect(placesOf(members)).toEqual(ALL);
              for (const { id, node } of members.values()) expect(running.get(node)).toBe(id);
              for (const change of changes) expect(await control.probe(change, 'undone')).toMatchObject({ holds: true });
            })(),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('wipes whoever comes back, and never starts an earlier member again', async () => {
    const { clock, members, wiped, control } = fakeCluster();
    const change = control.plan('c', to('replace', 'n2'));
    await clock.run(control.apply(change));
    expect(wiped).toEqual(['n2']);
    expect([...members.keys()]).toEqual(['n1', 'n3', 'n4', 'n5', 'n2#1']);
    await clock.run(control.undo(change));
    expect(placesOf(members)).toEqual(ALL);
  });

  it('asks for nothing that would leave no majority that answers, unless it is told to', async () => {
    const { clock, down, control, requests } = fakeCluster();
    for (const node of ['n1', 'n2'] as NodeId[]) down.add(node);
    await expect(clock.run(control.apply(control.plan('c', to('leave', 'n3'))))).rejects.toThrow('it would leave 2 of 4 members that answer');
    expect(requests()).toBe(0);
    await clock.run(control.apply(control.plan('d', { ...to('leave', 'n3'), leaving: 'anything' })));
    expect(requests()).toBe(1);
  });

  it('does not call a change undone while a request without an answer may still take effect', async () => {
    const { clock, members, control } = fakeCluster([true]);
    const change = control.plan('c', to('leave', 'n3'));
    // the removal was asked for, nobody answered, and it takes effect later
    await clock.run(control.apply(change));
    expect(placesOf(members)).not.toContain('n3 voter');
    await clock.run(control.undo(change));
    expect(placesOf(members)).toEqual(ALL);
  });

  it.each(['leave', 'join', 'replace', 'learn'] as const)('%s is not proven where nothing was done, nor undone before it is', async (type) => {
    const { clock, control } = fakeCluster();
    const change = control.plan('c', to(type, 'n4'));
    expect((await clock.run(control.probe(change, 'applied'))).holds).toBe(false);
    await clock.run(control.apply(change));
    expect(await clock.run(control.probe(change, 'applied'))).toMatchObject({ holds: true, independent: true });
    if (type === 'leave' || type === 'learn') expect((await clock.run(control.probe(change, 'undone'))).holds).toBe(false);
    await clock.run(control.undo(change));
    expect(await clock.run(control.probe(change, 'undone'))).toMatchObject({ holds: true, independent: true });
    expect((await clock.run(control.probe(change, 'applied'))).holds).toBe(false);
  });
});
