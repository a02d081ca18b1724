/** The host kinds by name. A row loads its module when it is asked for, so that `--help` loads none. */
import type { HostKind } from '../../harness/contracts/index.ts';

export interface HostEntry {
  readonly summary: string;
  load(): Promise<HostKind>;
}

export const HOSTS: Readonly<Record<string, HostEntry>> = {
  sim: {
    summary: 'node programs under virtual time in one process: deterministic, no privileges',
    load: async () => (await import('../hosts/sim/index.ts')).sim as HostKind,
  },
  process: {
    summary: 'operating-system processes on loopback behind user-space link proxies: no privileges',
    load: async () => (await import('../hosts/process/index.ts')).processHost as HostKind,
  },
  netns: {
    summary: 'operating-system processes in network namespaces on a switch namespace: Linux, root or user namespaces',
    load: async () => (await import('../hosts/netns/index.ts')).netns as HostKind,
  },
  docker: {
    summary: 'containers of a Docker engine on this machine: Linux, root',
    load: async () => (await import('../hosts/docker/index.ts')).docker as HostKind,
  },
  ssh: {
    summary: 'other machines through ssh: Linux on the nodes, root or sudo there for cuts',
    load: async () => (await import('../hosts/ssh/index.ts')).ssh as HostKind,
  },
};
