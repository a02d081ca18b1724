/** The program of one member, and its settings. */
import { join } from 'node:path';
import type { Address, Program } from '../../../harness/contracts/index.ts';
import { startedHereAs } from '../../provision/not-root.ts';
import type { ProvisionedGalera } from './provision.ts';
import { wholeSettings } from './settings.ts';
import { startCommand } from './start-script.ts';

export interface MemberRequest {
  readonly provisioned: ProvisionedGalera;
  /** Its folder. */
  readonly folder: string;
  /** What it binds for clients. */
  readonly clients: Address;
  /** What each member binds for the group, itself among them. */
  readonly group: readonly Address[];
  /** Which of them it is. */
  readonly self: number;
}

/** A lost peer is given up after two seconds in place of five; with the rest, what `detectionMs` says. */
const PROVIDER_OPTIONS: Readonly<Record<string, string>> = {
  'gcache.size': '32M',
  'evs.keepalive_period': 'PT0.5S',
  'evs.inactive_check_period': 'PT0.25S',
  'evs.suspect_timeout': 'PT2S',
  'evs.inactive_timeout': 'PT4S',
  'evs.install_timeout': 'PT4S',
};

export function memberProgram({ provisioned, folder, clients, group, self }: MemberRequest): Extract<Program, { kind: 'exec' }> {
  const { asUser, env } = provisioned;
  const own = group[self]!;
  const others = group.filter((each) => each !== own);
  const data = join(folder, 'galera');
  const options = { ...PROVIDER_OPTIONS, 'gmcast.listen_addr': `tcp://${own.host}:${own.port}` };
  const settings = [
    ...wholeSettings(provisioned, data),
    `--bind-address=${clients.host}`,
    `--port=${clients.port}`,
    '--skip-name-resolve',
    '--max-connections=200',
    // for transactions of the same node: a write of another node waits for none
    '--innodb-lock-wait-timeout=1',
    // by default it is so too: what was acknowledged is on the disk
    '--innodb-flush-log-at-trx-commit=1',
    '--wsrep-on=ON',
    `--wsrep-node-name=n${self + 1}`,
    `--wsrep-node-address=${own.host}`,
    `--wsrep-cluster-address=gcomm://${others.map(({ host, port }) => `${host}:${port}`).join(',')}`,
    '--wsrep-sst-method=rsync',
    `--wsrep-provider-options=${Object.entries(options)
      .map(([name, value]) => `${name}=${value}`)
      .join(';')}`,
  ];
  const argv = [...startedHereAs(asUser), ...startCommand({ ...provisioned, data, component: componentOf(group.length, self), settings })];
  return { kind: 'exec', argv, env: { ...env, LC_ALL: 'C' }, ports: [clients.port, own.port] };
}

/**
 * All members begin as after a loss of power that took them together, each with the same component written down: they
 * restore it as soon as they have all found each other, and none has to begin alone.
 */
function componentOf(members: number, self: number): string {
  const id = (member: number): string => `${String(member + 1).padStart(8, '0')}-0000-11f1-8000-000000000000`;
  return [
    `my_uuid: ${id(self)}`,
    '#vwbeg',
    `view_id: 3 ${id(0)} 1`,
    'bootstrap: 0',
    ...Array.from({ length: members }, (_, member) => `member: ${id(member)} 0`),
    '#vwend',
  ].join('\n');
}
