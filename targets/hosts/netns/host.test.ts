import { afterEach, expect, it, vi } from 'vitest';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { netns } from './host.ts';
import { namespacesOf, runOfNamespace } from './namespaces.ts';

afterEach(() => vi.restoreAllMocks());

it.skipIf(process.platform !== 'linux')('says without root what is missing, of everything that it could do', async () => {
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(1_000);
  const probed = [...(await netns.probe())];
  expect(probed.map(([name]) => name)).toEqual(expect.arrayContaining(['net.cut', 'net.cut.oneway', 'process.kill', 'clock.jump', 'exec']));
  for (const [, { ok, found, remedy }] of probed)
    expect({ ok, found, remedy }).toEqual({ ok: false, found: 'not root', remedy: expect.stringMatching(/root.*--host process/) });
});

it('finds the run of each of its namespaces, and of no others', () => {
  for (const runId of ['3fa09c', 'a-run-of-my-own', 'n1-sw']) {
    for (const name of namespacesOf(runId, ['n1', 'n12'] as NodeId[])) expect(runOfNamespace(name)).toBe(runId);
  }
  for (const name of ['ordeal', 'ordeal-', 'ordeal-x', 'ordeals-3fa09c-n1', 'my-ordeal-3fa09c-n1', 'ordeal-3fa09c-n1-backup', 'ordeal-3fa09c-node']) {
    expect(runOfNamespace(name)).toBeUndefined();
  }
});
