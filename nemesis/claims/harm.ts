/** What a change does to what a system counts on: read from its params alone, so that plans and journals are judged alike. */
import type { Value } from '../../harness/contracts/index.ts';

/**
 * `crash`: the process is gone for a while. `may-crash`: who cannot write, open or start anything may die of it.
 * `power`: unsynced writes are lost. `damage`: what is on the disk is not what was written, or not kept though synced;
 * it stays so when the change is undone. `clock`: it goes wrong.
 */
export type Harm = 'crash' | 'may-crash' | 'power' | 'damage' | 'clock';

export interface Harmed {
  readonly harm: Harm;
  readonly nodes: readonly string[];
}

const HARMS: Readonly<Record<string, Harm>> = {
  kill: 'crash',
  'power-loss': 'power',
  jump: 'clock',
  drift: 'clock',
  strobe: 'clock',
  freeze: 'clock',
  full: 'may-crash',
  error: 'may-crash',
  'lying-fsync': 'damage',
  corrupt: 'damage',
  processes: 'may-crash',
  memory: 'may-crash',
  descriptors: 'may-crash',
};

/** Undefined where every system must bear it: links, lost answers, pauses, slowness. */
export function harmOf(params: Value): Harmed | undefined {
  const { type, nodes } = (params ?? {}) as { readonly type?: unknown; readonly nodes?: unknown };
  const harm = typeof type === 'string' && Object.hasOwn(HARMS, type) ? HARMS[type] : undefined;
  return harm === undefined || !Array.isArray(nodes) ? undefined : { harm, nodes: nodes.map(String) };
}
