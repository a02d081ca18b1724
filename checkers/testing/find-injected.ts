/** Whether a checker finds each anomaly that is put into long histories, by its name and nothing else beside it. */
import type { Checker, Rng } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from './written-history.ts';

/** Long right histories, and what can be put into them. */
export interface Injections<O> {
  readonly checker: Checker<O>;
  readonly options: O;
  readonly types: readonly string[];
  /** A history of about so many operations with so many anomalies of one type, or with none. */
  build(rng: Rng, operations: number, times: number, type: string | undefined): readonly WrittenEvent[];
}

export interface InjectionRequest {
  readonly seed: string | number;
  readonly histories: number;
  readonly operations: number;
  /** How many of one type in each history. */
  readonly times: number;
  readonly onType?: (line: string) => void;
}

/** Gives how many anomalies were not found, or found by another name, or accused where there are none. */
export function findInjected<O>(injections: Injections<O>, { seed, histories, operations, times, onType }: InjectionRequest): number {
  let wrong = 0;
  for (const type of [undefined, ...injections.types]) {
    let found = 0;
    let others = 0;
    for (let n = 0; n < histories; n++) {
      const rng = createRng(seed)
        .fork(type ?? 'right')
        .fork(n);
      const history = writtenHistory(injections.build(rng, operations, times, type));
      const result = injections.checker.check(history, injections.options, UNLIMITED);
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
