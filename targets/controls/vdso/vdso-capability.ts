/** Can this machine move the clock of a process? Tried on a child. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ProbedCapability } from '../../../harness/contracts/index.ts';
import { isOrdealError, messageOf } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { isMoved, markerOf } from './stub.ts';
import { trueTime } from './true-time.ts';
import { readOwnLayout, setClocks } from './vdso-patch.ts';

const HOUR_NS = 3_600_000_000_000n;
const HALF_HOUR_MS = 1_800_000;
/** Tells its clock once for each line that it is sent. */
const TELL_TIME = 'process.stdin.on("data", () => console.log(Date.now()))';

/** Never rejects. */
export async function probeVdso(): Promise<ProbedCapability> {
  if (process.platform !== 'linux') return { ok: false, found: `${process.platform} has no vDSO to patch`, remedy: 'Use --host sim for clock faults.' };
  const child = spawn(process.execPath, ['-e', TELL_TIME], { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
  const tell = async (): Promise<number> => {
    child.stdin.write('\n');
    return Number((await once(child.stdout, 'data'))[0]);
  };
  try {
    await tell();
    const now = trueTime();
    const wall = { offsetNs: HOUR_NS, sinceNs: now.wallNs, ppm: 0 };
    const monotonic = { offsetNs: 0n, sinceNs: now.monotonicNs, ppm: 0 };
    await setClocks(child.pid ?? 0, readOwnLayout(), markerOf('probe'), { wall, monotonic }, createRealClock());
    const moved = (await tell()) - Number(trueTime().wallNs / 1_000_000n);
    if (isMoved(wall) && moved > HALF_HOUR_MS) return { ok: true, found: `the vDSO of a child was patched (${process.arch})` };
    return { ok: false, found: 'a patched child still reads true time', remedy: 'Use --host sim for clock faults.' };
  } catch (error) {
    const remedy = isOrdealError(error) ? error.remedy : 'Use --host sim for clock faults.';
    return { ok: false, found: messageOf(error), remedy };
  } finally {
    child.kill('SIGKILL');
  }
}
