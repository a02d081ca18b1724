/**
 * The checker `idempotency-key`: requests carry a key that their callers chose. Under one key the same payload is answered
 * as it was the first time and has one effect; another payload is refused. A key is remembered for as long as the options
 * say, from its first request on; what happens under it later is not judged. Effects are those of the ledger that carry the
 * key. O(events + requests of a key × payloads under it).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { judgeKey, type KeyAnomaly } from './judge.ts';
import { type KeyUses, usesOfKeys } from './keys.ts';
import { tell } from './tell.ts';

const options = z.strictObject({
  rememberedMs: z.number().positive().optional().describe('For how long a key is remembered at least, from its first request on (ms). By default for ever.'),
  rejection: z.string().default('key-reused').describe('The error code of a request that was refused for the payload that its key had before.'),
  request: z.string().default('request').describe('The name of the operation; its key is the idempotency key, its value the payload.'),
});

export type IdempotencyKeyOptions = z.infer<typeof options>;

const TYPES = ['duplicate-effect', 'different-response', 'reused-key-accepted', 'wrongly-rejected', 'failed-but-visible', 'lost-effect'] as const;

/** See the head of the file. */
export const idempotencyKey: Checker<IdempotencyKeyOptions> = {
  name: 'idempotency-key',
  summary: 'Under one idempotency key there is one effect and one response, and another payload is refused.',
  options,
  check(history: History, law: IdempotencyKeyOptions, budget: Budget): Result {
    const used = usesOfKeys(history, law.request, budget);
    const found: KeyAnomaly[] = [];
    let [acknowledged, repeated, expired] = [0, 0, 0];
    for (const use of used.uses) {
      if (use.requests.length === 0) continue; // nobody chose that key
      const judged = judgeKey(history, use, law, used.complete && used.effects > 0);
      for (const anomaly of judged.anomalies) found.push(anomaly);
      acknowledged += judged.acknowledged;
      expired += judged.expired;
      if (use.requests.length > 1) repeated++;
    }
    const of = (type: string) => found.filter((anomaly) => anomaly.type === type);
    const counts = Object.fromEntries(TYPES.map((type) => [type, of(type).length]));
    const stats: Value = { keys: used.uses.length, repeated, acknowledged, expired, effects: used.effects, ...counts };
    const anomalies: Anomaly[] = TYPES.flatMap((type) => spellOut(of(type), (anomaly) => tell(history, law, anomaly)));
    return conclude('idempotency-key', stats, anomalies, openQuestions(used, law, acknowledged, repeated), unseen(used));
  },
};

function openQuestions({ without, effects, complete }: KeyUses, { request }: IdempotencyKeyOptions, acknowledged: number, repeated: number): Reason[] {
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${request}" with a key was acknowledged` });
  else if (repeated === 0) {
    const remedy = 'Repeat requests under their key, some at the same time, some with another payload.';
    reasons.push({ code: 'never-repeated', message: 'no key was used twice', remedy });
  }
  if (without.length > 0) reasons.push({ code: 'no-key', message: `${without.length} "${request}" carry no key (event ${without[0]})` });
  if (effects > 0 && !complete)
    reasons.push({ code: 'ledger-incomplete', message: 'the ledger was not read to its end after the last request', remedy: 'Let the run end by itself.' });
  return reasons;
}

function unseen({ effects }: KeyUses): Reason[] {
  if (effects > 0) return [];
  return [{ code: 'no-effects', message: 'no ledger saw an effect: only responses were judged', remedy: 'Let the service under test speak to the ledger.' }];
}
