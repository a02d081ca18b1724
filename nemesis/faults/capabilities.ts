/** What faults need of a host kind. Host kinds probe and report capabilities by these names. */
import type { Capability } from '../../harness/contracts/index.ts';

export const NET_CUT = 'net.cut' as Capability;
export const NET_CUT_ONE_WAY = 'net.cut.oneway' as Capability;
export const NET_CUT_REJECT = 'net.cut.reject' as Capability;
export const NET_CUT_RESET = 'net.cut.reset' as Capability;
export const NET_LOSE_REPLIES = 'net.lose-replies' as Capability;
export const NET_SHAPE = 'net.shape' as Capability;
export const PROCESS_KILL = 'process.kill' as Capability;
export const PROCESS_PAUSE = 'process.pause' as Capability;
export const PROCESS_FREEZE = 'process.freeze' as Capability;
export const PROCESS_POWER_LOSS = 'process.power-loss' as Capability;
export const CLOCK_JUMP = 'clock.jump' as Capability;
export const CLOCK_DRIFT = 'clock.drift' as Capability;
export const CLOCK_STROBE = 'clock.strobe' as Capability;
export const CLOCK_FREEZE = 'clock.freeze' as Capability;
export const DISK_LOSE_UNSYNCED = 'disk.lose-unsynced' as Capability;
/** These three are of the system, not of the host. */
export const MEMBER_PROMOTE = 'member.promote' as Capability;
export const MEMBER_CHANGE = 'member.change' as Capability;
export const MEMBER_LEARN = 'member.learn' as Capability;
export const DISK_FULL = 'disk.full' as Capability;
export const DISK_SLOW = 'disk.slow' as Capability;
export const DISK_ERROR = 'disk.error' as Capability;
export const DISK_LYING_FSYNC = 'disk.lying-fsync' as Capability;
export const DISK_CORRUPT = 'disk.corrupt' as Capability;
export const RESOURCES_CPU = 'resources.cpu' as Capability;
export const RESOURCES_PROCESSES = 'resources.processes' as Capability;
export const RESOURCES_MEMORY = 'resources.memory' as Capability;
export const RESOURCES_DESCRIPTORS = 'resources.descriptors' as Capability;
