/** The faults by name. A row loads its module when it is asked for, so that `--help` loads none. */
import type { Fault } from '../../harness/contracts/index.ts';
import { unknownName } from '../../harness/errors/suggest.ts';

export interface FaultEntry {
  readonly family: string;
  readonly summary: string;
  load(): Promise<Fault>;
}

export const FAULTS: Readonly<Record<string, FaultEntry>> = {
  partition: {
    family: 'partition',
    summary: 'cuts the network between nodes by a topology',
    load: async () => (await import('../faults/partition.ts')).partition as Fault,
  },
  'partition-one-way': {
    family: 'partition',
    summary: 'cuts one direction between some nodes and the others',
    load: async () => (await import('../faults/partition.ts')).partitionOneWay as Fault,
  },
  flapping: {
    family: 'partition',
    summary: 'cuts the network between nodes, heals it and cuts it again all the time',
    load: async () => (await import('../faults/partition.ts')).flapping as Fault,
  },
  'isolate-clients': {
    family: 'partition',
    summary: 'cuts the clients from some nodes',
    load: async () => (await import('../faults/partition.ts')).isolateClients as Fault,
  },
  'response-loss': {
    family: 'response-loss',
    summary: 'loses the answers of some nodes; requests arrive and are acted upon',
    load: async () => (await import('../faults/response-loss.ts')).responseLoss as Fault,
  },
  delay: {
    family: 'network',
    summary: 'makes packets between nodes late',
    load: async () => (await import('../faults/shape.ts')).delay as Fault,
  },
  loss: {
    family: 'network',
    summary: 'loses packets between nodes',
    load: async () => (await import('../faults/shape.ts')).loss as Fault,
  },
  duplicate: {
    family: 'network',
    summary: 'sends packets between nodes twice',
    load: async () => (await import('../faults/shape.ts')).duplicate as Fault,
  },
  reorder: {
    family: 'network',
    summary: 'lets packets between nodes overtake each other',
    load: async () => (await import('../faults/shape.ts')).reorder as Fault,
  },
  corrupt: {
    family: 'network',
    summary: 'damages packets between nodes',
    load: async () => (await import('../faults/shape.ts')).corrupt as Fault,
  },
  bandwidth: {
    family: 'network',
    summary: 'narrows links between nodes',
    load: async () => (await import('../faults/shape.ts')).bandwidth as Fault,
  },
  kill: {
    family: 'kill',
    summary: 'kills nodes; they start again when the window ends',
    load: async () => (await import('../faults/process.ts')).kill as Fault,
  },
  restart: {
    family: 'kill',
    summary: 'kills nodes and starts them again at once',
    load: async () => (await import('../faults/process.ts')).restart as Fault,
  },
  pause: {
    family: 'pause',
    summary: 'stops nodes and lets them go on',
    load: async () => (await import('../faults/process.ts')).pause as Fault,
  },
  freeze: {
    family: 'pause',
    summary: 'freezes nodes in a control group and thaws them: nothing in them notices',
    load: async () => (await import('../faults/process.ts')).freeze as Fault,
  },
  'clock-jump': {
    family: 'clock',
    summary: 'sets the clocks of nodes forwards or backwards',
    load: async () => (await import('../faults/clock.ts')).clockJump as Fault,
  },
  'clock-drift': {
    family: 'clock',
    summary: 'makes the clocks of nodes run too fast or too slow',
    load: async () => (await import('../faults/clock.ts')).clockDrift as Fault,
  },
  'clock-strobe': {
    family: 'clock',
    summary: 'makes the clocks of nodes swing to and fro',
    load: async () => (await import('../faults/clock.ts')).clockStrobe as Fault,
  },
  'clock-freeze': {
    family: 'clock',
    summary: 'stops the clocks of nodes while the nodes go on',
    load: async () => (await import('../faults/clock.ts')).clockFreeze as Fault,
  },
  power: {
    family: 'power',
    summary: 'takes the power from nodes: what was not synced is lost',
    load: async () => (await import('../faults/process.ts')).power as Fault,
  },
  'forced-promotion': {
    family: 'promotion',
    summary: 'cuts a standby off and makes it primary, while the old primary goes on',
    load: async () => (await import('../faults/promotion.ts')).forcedPromotion as Fault,
  },
  failover: {
    family: 'promotion',
    summary: 'kills the primary first, then makes the standby primary that has received most of the log',
    load: async () => (await import('../faults/promotion.ts')).failover as Fault,
  },
  leave: {
    family: 'membership',
    summary: 'removes members; they join again, wiped, when the window ends',
    load: async () => (await import('../faults/membership.ts')).leave as Fault,
  },
  join: {
    family: 'membership',
    summary: 'removes members, wipes them, and lets them join as voters at once',
    load: async () => (await import('../faults/membership.ts')).join as Fault,
  },
  replace: {
    family: 'membership',
    summary: 'kills members and puts wiped ones in their places',
    load: async () => (await import('../faults/membership.ts')).replace as Fault,
  },
  promote: {
    family: 'membership',
    summary: 'turns members into learners, and promotes them when the window ends',
    load: async () => (await import('../faults/membership.ts')).promote as Fault,
  },
  'disk-full': {
    family: 'disk',
    summary: 'refuses writes for want of space',
    load: async () => (await import('../faults/disk.ts')).diskFull as Fault,
  },
  'disk-slow': {
    family: 'disk',
    summary: 'makes disks slow',
    load: async () => (await import('../faults/disk.ts')).diskSlow as Fault,
  },
  'disk-error': {
    family: 'disk',
    summary: 'makes reads, writes or fsyncs fail',
    load: async () => (await import('../faults/disk.ts')).diskError as Fault,
  },
  'disk-lie': {
    family: 'disk',
    summary: 'acknowledges fsyncs that are not done',
    load: async () => (await import('../faults/disk.ts')).diskLie as Fault,
  },
  'disk-corrupt': {
    family: 'disk',
    summary: 'stores writes with one bit turned over',
    load: async () => (await import('../faults/disk.ts')).diskCorrupt as Fault,
  },
  'cpu-quota': {
    family: 'resources',
    summary: 'leaves nodes a part of a processor',
    load: async () => (await import('../faults/resources.ts')).cpuQuota as Fault,
  },
  'process-limit': {
    family: 'resources',
    summary: 'lets nodes start no more processes',
    load: async () => (await import('../faults/resources.ts')).processLimit as Fault,
  },
  'memory-limit': {
    family: 'resources',
    summary: 'leaves nodes so much memory: the kernel kills who wants more',
    load: async () => (await import('../faults/resources.ts')).memoryLimit as Fault,
  },
  'descriptor-limit': {
    family: 'resources',
    summary: 'lets nodes open no more files and connections',
    load: async () => (await import('../faults/resources.ts')).descriptorLimit as Fault,
  },
};

/** Loads those faults. Throws ORDEAL_UNKNOWN_FAULT. */
export async function loadFaults(names: readonly string[]): Promise<ReadonlyMap<string, Fault>> {
  const loaded = names.map(async (name): Promise<[string, Fault]> => {
    const entry = FAULTS[name];
    if (!entry) throw unknownName('ORDEAL_UNKNOWN_FAULT', 'fault', name, Object.keys(FAULTS));
    return [name, await entry.load()];
  });
  return new Map(await Promise.all(loaded));
}
