/** Whether the checker finds each anomaly that is put into long histories, by its name and nothing else beside it. */
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { writtenHistory } from '../../testing/written-history.ts';
import type { LogAnomaly } from '../findings.ts';
import { log } from '../log.ts';
import { INJECTIONS, injected } from './injections.ts';

export interface InjectionRequest {
  readonly seed: string | number;
  readonly histories: number;
  readonly operations: number;
  /** How many of one kind in each history. */
  readonly times: number;
  readonly onType?: (line: string) => void;
}

/** Gives how many anomalies were not found, or found by another name, or accused where there are none. */
export function findInjected({ seed, histories, operations, times, onType }: InjectionRequest): number {
  let wrong = 0;
  const options = log.options.parse({ allow: [], group: 'exactly-once' });
  for (const type of [undefined, ...(Object.keys(INJECTIONS) as LogAnomaly[])]) {
    let found = 0;
    let others = 0;
    for (let n = 0; n < histories; n++) {
      const rng = createRng(seed)
        .fork(type ?? 'right')
        .fork(n);
      const history = writtenHistory(injected(rng, operations, times, type));
      const result = log.check(history, options, UNLIMITED);
      const { anomalies } = result.stats as { readonly anomalies: Readonly<Record<string, number>> };
      for (const [name, count] of Object.entries(anomalies)) {
        if (name === type) found += Math.min(count, times);
        if (name !== type || count > times) others++;
      }
      const confirmed = result.valid !== false || result.anomalies.every((anomaly) => verifyCertificate(history, anomaly).ok);
      if (!confirmed || (result.valid === 'unknown' && type === undefined)) others++;
    }
    const expected = type === undefined ? 0 : histories * times;
    wrong += expected - found + others;
    onType?.(`${(type ?? 'nothing wrong').padEnd(22)} ${found} of ${expected} in ${histories} histories of ${operations} operations, others found: ${others}`);
  }
  return wrong;
}
