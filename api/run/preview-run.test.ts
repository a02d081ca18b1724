import { expect, it } from 'vitest';
import { pickSchemaOptions } from '../../cli/options/schema-options.ts';
import { planFromFlags } from '../plans/plan-from-flags.ts';
import { previewRun } from './preview-run.ts';

it('tells of machines and faults without touching any', async () => {
  const flags = { host: 'ssh', sshNode: 'root@a.test,root@b.test,root@c.test', faults: 'kill,pause', seed: '7' };
  const { nodes, faults } = await previewRun(await planFromFlags('etcd', flags, pickSchemaOptions));
  expect([...new Set(nodes.map(({ where }) => where))]).toEqual(['n1  root@a.test', 'n2  root@b.test', 'n3  root@c.test', 'every node']);
  expect(faults[0]).toEqual({ at: expect.stringMatching(/^\d+\.\d{3} s$/), does: expect.stringMatching(/^injects (pause|kill) /) });
  expect(faults.map(({ does }) => does.split(' ')[0]).sort()).toEqual(faults.map((_, i) => (i < faults.length / 2 ? 'injects' : 'undoes')));
});

it('refuses what a run would refuse', async () => {
  const plan = await planFromFlags('etcd', { host: 'ssh', sshNode: 'a', faults: 'kill' }, pickSchemaOptions);
  await expect(previewRun(plan)).rejects.toMatchObject({ code: 'ORDEAL_BAD_OPTION', what: expect.stringContaining('3 nodes were asked for') });
  const clocks = await planFromFlags('etcd', { host: 'ssh', sshNode: 'a,b,c', faults: 'clock' }, pickSchemaOptions);
  await expect(previewRun(clocks)).rejects.toMatchObject({ code: 'ORDEAL_MISSING_CAPABILITY' });
});
