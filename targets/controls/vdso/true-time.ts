/** True time: the clocks as the harness reads them, whose own vDSO nobody patches. */
import { processMonotonicNs, processWallMs } from '../../../harness/time/process-time.ts';
import type { TrueTime } from './clock-setting.ts';

export function trueTime(): TrueTime {
  return { wallNs: BigInt(processWallMs()) * 1_000_000n, monotonicNs: BigInt(processMonotonicNs()) };
}
