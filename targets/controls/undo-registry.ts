/**
 * Undo functions by `Change.kind`, for whoever undoes a change without a live run: the watchdog and `ordeal heal` import
 * this module by url. One line for each kind; the functions live in the folders of their controls.
 */
import type { UndoRegistry } from '../../harness/contracts/index.ts';
import { undoSshLinks, undoSshPause } from '../hosts/ssh/ssh-undo.ts';
import { undoPostgresPromotion } from '../systems/postgres/promotion-undo.ts';
import { undoDisks } from './fuse/disk-undo.ts';
import { undoProxyLinks } from './link-proxy/links-undo.ts';
import { undoMembers } from './membership/members-undo.ts';
import { undoNetem } from './netem/netem-undo.ts';
import { undoNftLinks } from './nft/links-undo.ts';
import { undoNodeTables } from './nft/node-tables.ts';
import { undoProcessKill, undoProcessPause } from './process-signals/process-undo.ts';
import { undoResources } from './resources/resource-undo.ts';
import { undoDetour } from './tun-detour/detour-undo.ts';
import { undoVdsoClock } from './vdso/clock-undo.ts';

export const undo: UndoRegistry['undo'] = {
  'fuse.disk': undoDisks,
  'fuse.power-loss': undoDisks,
  'node.resources': undoResources,
  'nft.links': undoNftLinks,
  'nft.node-links': undoNodeTables,
  'proxy.links': undoProxyLinks,
  'postgres.promotion': undoPostgresPromotion,
  'proxy.replies': undoProxyLinks,
  'process.kill': undoProcessKill,
  'process.pause': undoProcessPause,
  'ssh.kill': undoProcessKill,
  'ssh.links': undoSshLinks,
  'ssh.pause': undoSshPause,
  'system.members': undoMembers,
  'tc.netem': undoNetem,
  'tun.shape': undoDetour,
  'vdso.clock': undoVdsoClock,
};
