import { expect, it } from 'vitest';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { namespacesOf, runOfNamespace } from './namespaces.ts';
import { whyNone } from './user-namespace.ts';

const settings = (over: Readonly<Record<string, string>>) => (path: string) => ({ 'user/max_user_namespaces': '96365', ...over })[path];
const REFUSED = 'unshare: unshare failed: Operation not permitted';

it.each([
  ['no unshare', {}, 'not root, and there is no unshare', /util-linux.*root.*--host process/],
  [
    REFUSED,
    { 'kernel/unprivileged_userns_clone': '0' },
    'not root, and kernel.unprivileged_userns_clone is 0',
    /sysctl -w kernel\.unprivileged_userns_clone=1;.*root/,
  ],
  [REFUSED, { 'user/max_user_namespaces': '0' }, 'not root, and user.max_user_namespaces is 0', /sysctl -w user\.max_user_namespaces=15000;/],
  [
    'mount: /run: permission denied.',
    { 'kernel/apparmor_restrict_unprivileged_userns': '1', 'kernel/unprivileged_userns_clone': '1' },
    'not root, and kernel.apparmor_restrict_unprivileged_userns is 1',
    /sysctl -w kernel\.apparmor_restrict_unprivileged_userns=0;/,
  ],
  [REFUSED, {}, `not root, and no user namespace is to be had: ${REFUSED}`, /In a container.*seccomp.*root.*--host process/],
])('says to an ordinary user what forbids user namespaces: %s, %o', (said, over, found, remedy) => {
  expect(whyNone(said, settings(over))).toEqual({ ok: false, found, remedy: expect.stringMatching(remedy) });
});

it('says of a kernel that has none that it has none', () => {
  expect(whyNone(REFUSED, () => undefined)).toMatchObject({ ok: false, found: 'not root, and this kernel has no user namespaces' });
});

it('finds the run of each of its namespaces, and of no others', () => {
  for (const runId of ['3fa09c', 'a-run-of-my-own', 'n1-sw']) {
    for (const name of namespacesOf(runId, ['n1', 'n12'] as NodeId[])) expect(runOfNamespace(name)).toBe(runId);
  }
  for (const name of ['ordeal', 'ordeal-', 'ordeal-x', 'ordeals-3fa09c-n1', 'my-ordeal-3fa09c-n1', 'ordeal-3fa09c-n1-backup', 'ordeal-3fa09c-node']) {
    expect(runOfNamespace(name)).toBeUndefined();
  }
});
