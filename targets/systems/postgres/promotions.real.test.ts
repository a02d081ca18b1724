/** The control over promotions on real servers: it proves what happened by what the servers say, and its undo leaves one primary that all follow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Control, Node, NodeId, PromotionParams, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { poll } from '../../../harness/lifecycle/deadline.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { ms } from '../../../harness/time/units.ts';
import type { ProcessCluster } from '../../hosts/process/assemble-cluster.ts';
import { processHost } from '../../hosts/process/index.ts';
import { membersOf } from './members.ts';
import { requireBasebackup } from './provision.ts';
import { postgres } from './system.ts';

const never = new AbortController().signal;
const options = postgres.options.parse({});
const { provisioned, reason } = await postgres.provision(options, never).then(
  (found) => {
    requireBasebackup(found as unknown as Parameters<typeof requireBasebackup>[0]);
    return { provisioned: found, reason: undefined };
  },
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);

const candidates = ['n2', 'n3'] as NodeId[];
const mostReceived: PromotionParams = { type: 'promote', candidates, choice: 'most-received', standing: 'with-standbys' };
const first = (candidate: string): PromotionParams => ({ type: 'promote', candidates: [candidate as NodeId], choice: 'first', standing: 'alone' });

describe.skipIf(provisioned === undefined)(`promotions of PostgreSQL${reason === undefined ? '' : ` (not run: ${reason})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-promotions-'));
  let cluster: ProcessCluster;
  let control: Control<PromotionParams>;
  const start = (node: Node): Promise<void> => node.start(postgres.program(node, cluster, provisioned as Value, options));
  const primaries = async (): Promise<readonly string[]> =>
    (await membersOf(cluster.nodes, never)).filter(({ role }) => role === 'primary').map(({ node }) => node.id);
  const settles = (): Promise<boolean> => poll(cluster.clock, ms(100), AbortSignal.timeout(60_000), () => postgres.settled(cluster, never, options));

  beforeAll(async () => {
    const runId = `promotions-${process.pid}`;
    const hostOptions = processHost.options.parse({});
    cluster = await processHost.open({ runId, nodes: 3, instrument: new Set(), options: hostOptions, rng: createRng(1), folder, signal: never });
    control = postgres.promotions!(cluster, start);
    await Promise.all(cluster.nodes.map(start));
    expect(await settles()).toBe(true);
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('are not proven where nothing was done', async () => {
    expect((await control.probe(control.plan('nothing/0', mostReceived), 'applied')).holds).toBe(false);
    await expect(control.apply(control.plan('primary/0', first('n1')))).rejects.toThrow('none of n1 is a standby that answers');
    expect(await primaries()).toEqual(['n1']);
  });

  it('make a second primary, say what was received, and end with one that all follow', async () => {
    const change = control.plan('forced/0', first('n3'));
    await control.apply(change);
    const applied = await control.probe(change, 'applied');
    expect(applied.measured).toMatch(/^received: n3 [0-9A-F]+\/[0-9A-F]+; n3 was promoted; primary by their own account: n1, n3$/);
    expect(applied).toMatchObject({ holds: true, independent: true });
    expect((await control.probe(change, 'undone')).holds).toBe(false);
    await control.undo(change);
    await control.undo(change);
    expect((await control.probe(change, 'undone')).holds).toBe(true);
    expect(await settles()).toBe(true);
    expect(await primaries()).toEqual(['n3']);
  });

  it('choose who has received most, once the primary is down, and take it back as a standby', async () => {
    const [n1, n2, n3] = cluster.nodes as readonly Node[] as [Node, Node, Node];
    await n3.stop('kill');
    const change = control.plan('failover/0', { ...mostReceived, candidates: [n1.id, n2.id] });
    await control.apply(change);
    expect((await control.probe(change, 'applied')).measured).toMatch(/^received: n1 \S+, n2 \S+; n[12] was promoted; primary by their own account: n[12]$/);
    await control.undo(change);
    expect(n3.state()).toBe('stopped');
    await start(n3);
    expect(await settles()).toBe(true);
    expect(await primaries()).toHaveLength(1);
    // what an earlier promotion made is over, and not proven any more
    expect((await control.probe(control.plan('forced/0', first('n3')), 'applied')).holds).toBe(false);
  });
});
