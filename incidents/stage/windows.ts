/** When faults come in an incident: windows at times drawn from the seed. */
import type { Rng, Value } from '../../harness/contracts/index.ts';
import type { ScenarioLine } from '../../nemesis/schedule/index.ts';

export interface WindowsRequest {
  readonly count: number;
  readonly lengthMs: number;
  /** From the start of one to the start of the next, before jitter of up to a quarter of it. */
  readonly everyMs: number;
}

/** `count` windows of a fault. */
export function windows(rng: Rng, fault: string, options: Value, { count, lengthMs, everyMs }: WindowsRequest): ScenarioLine[] {
  return Array.from({ length: count }, (_, n): ScenarioLine[] => {
    const from =
      Math.round(everyMs * (n + 0.25)) +
      rng
        .fork(fault)
        .fork(n)
        .int(0, Math.floor(everyMs / 4));
    const id = `${fault}-${n + 1}`;
    return [
      [`${from}ms`, 'inject', fault, options, id],
      [`${from + lengthMs}ms`, 'heal', id],
    ];
  }).flat();
}

/** What `from` sends to `to` is lost: an answer, an acknowledgement. */
export function lost(from: string, to: string): Value {
  return { links: [[from, to]] };
}
