/** `ordeal/nemesis`: the faults for configurations, and what a fault of your own is made of. */
export { every, type Turns } from './configuration/every.ts';
export {
  bandwidth,
  clockDrift,
  clockFreeze,
  clockJump,
  clockStrobe,
  corrupt,
  cpuQuota,
  delay,
  descriptorLimit,
  diskCorrupt,
  diskError,
  diskFull,
  diskLie,
  diskSlow,
  duplicate,
  failover,
  flapping,
  forcedPromotion,
  isolateClients,
  join,
  kill,
  leave,
  loss,
  partition,
  partitionOneWay,
  pause,
  power,
  processLimit,
  promote,
  reorder,
  replace,
  responseLoss,
  restart,
} from './configuration/faults.ts';
export { type Act, type Scenario, scenario } from './configuration/scenario.ts';
export * from './faults/capabilities.ts';
export type { ClockDriftOptions, ClockFreezeOptions, ClockJumpOptions, ClockStrobeOptions } from './faults/clock.ts';
export type { DiskCorruptOptions, DiskErrorOptions, DiskFullOptions, DiskLieOptions, DiskSlowOptions } from './faults/disk.ts';
export type { MembershipOptions } from './faults/membership.ts';
export type { IsolateClientsOptions, OneWayOptions, PartitionOptions } from './faults/partition.ts';
export type { PowerOptions, RestartOptions, TargetOptions } from './faults/process.ts';
export type { FailoverOptions, ForcedPromotionOptions } from './faults/promotion.ts';
export type { CpuQuotaOptions, DescriptorLimitOptions, ProcessLimitOptions } from './faults/resources.ts';
export type { ResponseLossOptions } from './faults/response-loss.ts';
export type { BandwidthOptions, CorruptOptions, DelayOptions, DuplicateOptions, LossOptions, ReorderOptions } from './faults/shape.ts';
export * from './grudge/index.ts';
export { SELECTIONS, type Selection, select, selectionOption, type Turn } from './selection/selection.ts';
