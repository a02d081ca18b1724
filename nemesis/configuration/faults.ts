/** The faults as configurations name them: `partition('majority')`, `kill('one')`, `clockJump({ maxOffsetMs: 5_000 })`. */
import { type Use, use } from '../../harness/configuration/use.ts';
import type { Fault } from '../../harness/contracts/index.ts';
import {
  clockDrift as clockDriftFault,
  clockFreeze as clockFreezeFault,
  clockJump as clockJumpFault,
  clockStrobe as clockStrobeFault,
} from '../faults/clock.ts';
import {
  diskCorrupt as diskCorruptFault,
  diskError as diskErrorFault,
  diskFull as diskFullFault,
  diskLie as diskLieFault,
  diskSlow as diskSlowFault,
} from '../faults/disk.ts';
import { join as joinFault, leave as leaveFault, promote as promoteFault, replace as replaceFault } from '../faults/membership.ts';
import {
  type FlappingOptions,
  flapping as flappingFault,
  isolateClients as isolateClientsFault,
  type PartitionOptions,
  partition as partitionFault,
  partitionOneWay as partitionOneWayFault,
} from '../faults/partition.ts';
import { kill as killFault, pause as pauseFault, power as powerFault, restart as restartFault } from '../faults/process.ts';
import { type ForcedPromotionOptions, failover as failoverFault, forcedPromotion as forcedPromotionFault } from '../faults/promotion.ts';
import { cpuQuota as cpuQuotaFault, descriptorLimit as descriptorLimitFault, processLimit as processLimitFault } from '../faults/resources.ts';
import { responseLoss as responseLossFault } from '../faults/response-loss.ts';
import {
  bandwidth as bandwidthFault,
  corrupt as corruptFault,
  delay as delayFault,
  duplicate as duplicateFault,
  loss as lossFault,
  reorder as reorderFault,
} from '../faults/shape.ts';
import type { SELECTIONS } from '../selection/selection.ts';

/** Whom a fault hits: `one`, `majority`, … or nodes by name; or all options of the fault. */
type Target<P> = (typeof SELECTIONS)[number] | readonly string[] | Partial<P>;

/** Cuts the network by a topology: its name, or the options of the fault. */
export const partition = (given: PartitionOptions['topology'] | Partial<PartitionOptions> = {}): Use<Fault> =>
  use(partitionFault, typeof given === 'string' ? { topology: given } : given);

/** Cuts the network by a topology, heals it and cuts it again all the time. */
export const flapping = (given: PartitionOptions['topology'] | Partial<FlappingOptions> = {}): Use<Fault> =>
  use(flappingFault, typeof given === 'string' ? { topology: given } : given);

/** Cuts one direction between some nodes and the others. */
export const partitionOneWay = at(partitionOneWayFault);

/** Cuts the clients from some nodes. */
export const isolateClients = at(isolateClientsFault);

/** Requests are acted upon, and the answers are lost: `responseLoss('outside')` for those of the outside world. */
export const responseLoss = at(responseLossFault);

/** Makes packets between nodes late. */
export const delay = at(delayFault);

/** Loses packets between nodes. */
export const loss = at(lossFault);

/** Sends packets between nodes twice. */
export const duplicate = at(duplicateFault);

/** Lets packets between nodes overtake each other. */
export const reorder = at(reorderFault);

/** Damages packets between nodes. */
export const corrupt = at(corruptFault);

/** Narrows links between nodes. */
export const bandwidth = at(bandwidthFault);

/** Kills nodes; they start again when the window ends. */
export const kill = at(killFault);

/** Kills nodes and starts them again at once. */
export const restart = at(restartFault);

/** Stops nodes and lets them go on. */
export const pause = at(pauseFault);

/** Takes the power from nodes: what was not synced is lost. */
export const power = at(powerFault);

/** Sets the clocks of nodes forwards or backwards. */
export const clockJump = at(clockJumpFault);

/** Makes the clocks of nodes run too fast or too slow. */
export const clockDrift = at(clockDriftFault);

/** Makes the clocks of nodes swing to and fro. */
export const clockStrobe = at(clockStrobeFault);

/** Stops the clocks of nodes while the nodes go on. */
export const clockFreeze = at(clockFreezeFault);

/** Cuts a standby off and makes it primary, while the old primary goes on. */
export const forcedPromotion = (given: Partial<ForcedPromotionOptions> = {}): Use<Fault> => use(forcedPromotionFault, given);

/** Kills the primary first, then makes the standby primary that has received most of the log. */
export const failover = (): Use<Fault> => use(failoverFault, {});

/** Removes members; they join again, wiped, when the window ends. */
export const leave = at(leaveFault);

/** Removes members, wipes them, and lets them join as voters at once. */
export const join = at(joinFault);

/** Kills members and puts wiped ones in their places. */
export const replace = at(replaceFault);

/** Turns members into learners, and promotes them when the window ends. */
export const promote = at(promoteFault);

/** Refuses writes for want of space. */
export const diskFull = at(diskFullFault);

/** Makes disks slow. */
export const diskSlow = at(diskSlowFault);

/** Makes reads, writes or fsyncs fail. */
export const diskError = at(diskErrorFault);

/** Acknowledges fsyncs that are not done. */
export const diskLie = at(diskLieFault);

/** Stores writes with one bit turned over. */
export const diskCorrupt = at(diskCorruptFault);

/** Leaves nodes a part of a processor. */
export const cpuQuota = at(cpuQuotaFault);

/** Lets nodes start no more processes. */
export const processLimit = at(processLimitFault);

/** Lets nodes open no more files and connections. */
export const descriptorLimit = at(descriptorLimitFault);

function at<P>(fault: Fault<P>): (given?: Target<P>) => Use<Fault> {
  return (given = {}) => {
    const options = typeof given === 'string' || Array.isArray(given) ? { target: given } : given;
    return use(fault, options as Partial<P>);
  };
}
