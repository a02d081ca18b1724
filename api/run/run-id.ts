/** Names of runs, short enough for network interfaces and unique among the runs of this machine. */
import { createHash } from 'node:crypto';

/** Six hexadecimal digits of when, who and what: `o3fa09c` in every name that a run makes outside its folder. */
export function runIdOf(startedAt: string, seed: number | string): string {
  return createHash('sha256').update(`${startedAt} ${process.pid} ${seed}`).digest('hex').slice(0, 6);
}
