/**
 * `netns` for who is not root: a user namespace in which we are, with a network and mounts of its own. Nothing that is made
 * there can be seen from outside, and all of it goes with the last process in it.
 */
import { spawnSync } from 'node:child_process';
import type { ProbedCapability } from '../../../harness/contracts/index.ts';
import { readProc } from '../../controls/procfs/processes.ts';

/**
 * `ip netns` keeps names in /run, which only root may write: here there is a /run of our own, with the folders of the
 * machine's, since somebody may keep temporary files there. Ordinary users often have no sbin on their PATH. Death of
 * whoever started it kills what runs here at last, whose processes then end as they do for root.
 */
const PRELUDE = `
PATH="$PATH:/usr/sbin:/sbin"
export PATH
exec 9< /run
mount -t tmpfs -o mode=755 ordeal-run /run || exit 1
for folder in /proc/self/fd/9/*/; do
  name=$(basename "$folder")
  case "$name" in netns|ordeal-subnets) continue ;; esac
  mkdir "/run/$name" && mount -c --rbind "/proc/self/fd/9/$name" "/run/$name" || rmdir "/run/$name"
done 2> /dev/null
exec 9<&-
mkdir -p /run/netns
ip link set lo up 2> /dev/null
command -v setpriv > /dev/null && exec setpriv --pdeathsig KILL -- "$@"
exec "$@"
`;

/** The command that starts another as root of namespaces of its own. Processes keep the numbers that they have outside, so that journals name them for everybody. */
export const IN_USER_NAMESPACE: readonly string[] = ['unshare', '--user', '--map-root-user', '--net', '--mount', '--', 'sh', '-c', PRELUDE, 'ordeal'];

/** Whether there is a user namespace to be had; what forbids it, and how to allow it. Tried, not guessed. */
export function probeUserNamespace(): ProbedCapability {
  const [command, ...argv] = IN_USER_NAMESPACE;
  const { status, stderr, error } = spawnSync(command as string, [...argv, 'true'], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (status === 0) return { ok: true, found: 'a user namespace' };
  return whyNone(error === undefined ? stderr.trim() : 'no unshare', (name) => readProc(`sys/${name}`)?.trim());
}

const SETTINGS: readonly (readonly [path: string, forbids: string, allows: string])[] = [
  ['kernel/unprivileged_userns_clone', '0', '1'],
  ['user/max_user_namespaces', '0', '15000'],
  ['kernel/apparmor_restrict_unprivileged_userns', '1', '0'],
];

/** Pure. `said` is what the attempt said; `setting` reads one of /proc/sys. */
export function whyNone(said: string, setting: (path: string) => string | undefined): ProbedCapability {
  const otherwise = 'or run as root (sudo), or use --host process.';
  if (said === 'no unshare') return { ok: false, found: 'not root, and there is no unshare', remedy: `Install the package util-linux, ${otherwise}` };
  const cause = SETTINGS.find(([path, forbids]) => setting(path) === forbids);
  if (cause !== undefined) {
    const name = cause[0].replaceAll('/', '.');
    return { ok: false, found: `not root, and ${name} is ${cause[1]}`, remedy: `Allow user namespaces: sudo sysctl -w ${name}=${cause[2]}; ${otherwise}` };
  }
  if (setting('user/max_user_namespaces') === undefined)
    return { ok: false, found: 'not root, and this kernel has no user namespaces', remedy: 'Run as root (sudo), or use --host process.' };
  const remedy = `In a container, allow unshare and mount (its seccomp and AppArmor profiles forbid them by default); ${otherwise}`;
  return { ok: false, found: `not root, and no user namespace is to be had: ${said}`, remedy };
}
