/** How a machine is logged in to: all that it takes, as data, so that a journal line is enough to come back. Holds no secrets. */
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type Machine, machineOf, type SshOptions } from './options.ts';

export type Login = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Files of private keys, tried in order; those that are not there are passed over where there is more than one way. */
  readonly keys: readonly string[];
  /** The socket of an agent. */
  readonly agent?: string;
  readonly knownHosts: readonly string[];
  readonly jump?: Login;
};

/** A login, and the address of its own that the system is told. */
export interface NodeLogin {
  readonly login: Login;
  readonly address?: string;
}

const PORT = 22;
const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const USUAL_KNOWN_HOSTS = ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'];

/** The logins of so many nodes, and nothing else may be touched. Throws ORDEAL_BAD_OPTION: too few machines, or one that is not allowed. */
export function loginsOf(options: SshOptions, nodes: number): readonly NodeLogin[] {
  const machines = (options.sshNode ?? []).map(machineOf);
  if (machines.length < nodes) {
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: `${nodes} nodes were asked for, and ${machines.length === 0 ? 'no machine is' : `only ${machines.length} of them are`} named`,
      where: '--ssh-node',
      value: machines.length,
      remedy: 'Name a machine for each node: --ssh-node user@host1,user@host2,user@host3; or ask for fewer with --nodes.',
    });
  }
  const named = machines.slice(0, nodes);
  const logins = named.map((machine) => ({
    login: loginOf(machine, options, 'node'),
    ...(machine.address !== undefined && { address: machine.address }),
  }));
  const twice = logins.find(({ login }, i) => logins.findIndex((other) => other.login.host === login.host && other.login.port === login.port) < i);
  if (twice !== undefined) {
    const { host, port } = twice.login;
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: `${host}:${port} is named twice`, where: '--ssh-node', value: host, remedy: 'A machine is one node.' });
  }
  for (const { login } of logins) refuseStrangers(login, options.sshAllow);
  return logins;
}

function loginOf(machine: Machine, options: SshOptions, as: 'node' | 'jump'): Login {
  const jump = as === 'jump' ? undefined : (machine.jump ?? options.sshJump);
  const key = machine.key ?? options.sshKey;
  const agent = process.env['SSH_AUTH_SOCK'];
  return {
    host: machine.host,
    port: machine.port ?? PORT,
    user: machine.user ?? options.sshUser ?? userInfo().username,
    keys: key === undefined ? USUAL_KEYS.map((name) => join(homedir(), '.ssh', name)) : [absolute(key)],
    ...(key === undefined && agent ? { agent } : {}),
    knownHosts: (options.sshKnownHosts === undefined ? USUAL_KNOWN_HOSTS : [options.sshKnownHosts]).map(absolute),
    ...(jump !== undefined && { jump: loginOf({ key, ...machineOf(jump) }, options, 'jump') }),
  };
}

function absolute(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}

/** The allow-list: a slip of the finger on the command line must not reach a machine that a configuration keeps out. */
function refuseStrangers(login: Login, allowed: readonly string[] | undefined): void {
  if (allowed === undefined) return;
  const stranger = [login, ...(login.jump === undefined ? [] : [login.jump])].find(({ host }) => !allowed.some((pattern) => matches(pattern, host)));
  if (stranger === undefined) return;
  throw new OrdealError('ORDEAL_BAD_OPTION', {
    what: `${stranger.host} is not among the machines that may be touched (${allowed.join(', ')})`,
    where: '--ssh-allow',
    value: stranger.host,
    remedy: 'Add it to sshAllow, or name another machine.',
  });
}

/** Whether a name is meant by a pattern with `*` and `?`, as in known_hosts: pure. */
export function matches(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name.toLowerCase());
}

/** For people: `root@10.0.0.1`, with its port where it is not the usual one. */
export function nameOf({ user, host, port }: Login): string {
  return `${user}@${host}${port === PORT ? '' : `:${port}`}`;
}
