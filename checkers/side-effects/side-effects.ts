/**
 * The checker `side-effects`: did the outside world see each thing exactly (at most, at least) once? The ledger of effects
 * is the witness: what the sink applied stands in the history as events of `observer:ledger`, whose key is the intent. An
 * effect without an intent, or after a definite failure, convicts always; an unknown outcome may have had its effect or
 * not, but never two. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { type Intent, type Intents, relate } from './intents.ts';
import { duplicate, failedButVisible, lost, withoutIntent } from './tell.ts';

/** At most so many anomalies of a kind are spelled out; the statistics count all. */
const SPELLED_OUT = 8;

const options = z.strictObject({
  guarantee: z
    .enum(['exactly-once', 'at-most-once', 'at-least-once'])
    .default('exactly-once')
    .describe('How many effects an acknowledged request has: exactly one, one at most (then a request may be lost), one at least (then it may be repeated).'),
  request: z
    .union([z.string(), z.array(z.string()).min(1)])
    .default('request')
    .describe('The name of the operation, or the names of those, that state an intent; its key is the tag that effects carry.'),
});

export type SideEffectsOptions = z.infer<typeof options>;

/** See the head of the file. */
export const sideEffects: Checker<SideEffectsOptions> = {
  name: 'side-effects',
  summary: 'Every acknowledged request has its one effect in the outside world, none has two, and no effect comes from nowhere.',
  options,
  check(history: History, { guarantee, request }: SideEffectsOptions, budget: Budget): Result {
    const requests = typeof request === 'string' ? [request] : request;
    const related = relate(history, requests, budget);
    const { anomalies, counts } = judge(history, related, guarantee, requests);
    const acknowledged = related.intents.filter(({ outcome }) => outcome === 'acknowledged').length;
    const stats: Value = {
      guarantee,
      requests: related.intents.length,
      acknowledged,
      refused: related.intents.filter(({ outcome }) => outcome === 'refused').length,
      arrivals: related.arrivals,
      effects: related.effects,
      ...counts,
    };
    const reasons = openQuestions(related, acknowledged, requests, guarantee);
    const [first, ...others] = anomalies;
    const [reason, ...more] = reasons;
    const undecided = reason === undefined ? {} : { undecided: reasons };
    if (first !== undefined) return { checker: 'side-effects', valid: false, anomalies: [first, ...others], stats, ...undecided };
    if (reason !== undefined) return { checker: 'side-effects', valid: 'unknown', reasons: [reason, ...more], stats };
    return { checker: 'side-effects', valid: true, stats };
  },
};

function judge(history: History, related: Intents, guarantee: SideEffectsOptions['guarantee'], requests: readonly string[]) {
  const atMost = guarantee !== 'at-least-once';
  // what was not seen is missing only where the ledger was read to its end
  const atLeast = guarantee !== 'at-most-once' && related.complete;
  const { intents, foreign, unclear } = related;
  // a tag that was stated twice may rightly have two effects
  const stated = new Set(unclear.map((index) => history.columns.key[index]!));
  const clear = stated.size === 0 ? intents : intents.filter(({ invoked }) => !stated.has(history.columns.key[invoked]!));
  const duplicates = atMost ? clear.filter(({ effects }) => effects.length > 1) : [];
  // an effect before its intent is wrong in its own way, but there it is
  const early = new Set(foreign.map((effect) => history.columns.key[effect]!));
  const absent = ({ effects, invoked }: Intent): boolean => effects.length === 0 && !early.has(history.columns.key[invoked]!);
  const losses = atLeast ? clear.filter((intent) => intent.outcome === 'acknowledged' && absent(intent)) : [];
  const refused = clear.filter(({ outcome, effects }) => outcome === 'refused' && effects.length > 0);
  const few = <T>(found: readonly T[], tell: (item: T) => Anomaly): Anomaly[] => found.slice(0, SPELLED_OUT).map(tell);
  return {
    anomalies: [
      ...few(duplicates, (intent) => duplicate(history, requests, intent)),
      ...few(losses, (intent) => lost(history, requests, intent)),
      ...few(refused, (intent) => failedButVisible(history, requests, intent)),
      ...few(foreign, (effect) => withoutIntent(history, requests, effect)),
    ],
    counts: { duplicated: duplicates.length, lost: losses.length, failedButVisible: refused.length, withoutIntent: foreign.length },
  };
}

function openQuestions(related: Intents, acknowledged: number, requests: readonly string[], guarantee: SideEffectsOptions['guarantee']): Reason[] {
  const reasons: Reason[] = [];
  const request = requests.join('" or "');
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${request}" was acknowledged` });
  if (related.untagged > 0)
    reasons.push({
      code: 'untagged-effect',
      message: `${related.untagged} effects do not say which "${request}" they serve`,
      remedy: 'Let the service hand the tag of a request on to the outside world.',
    });
  if (related.effects === 0 && acknowledged > 0 && guarantee === 'at-most-once')
    reasons.push({ code: 'no-effects', message: 'the ledger saw no effect at all', remedy: 'Let the service under test speak to the ledger.' });
  if (!related.complete)
    reasons.push({ code: 'ledger-incomplete', message: 'the ledger was not read to its end after the last request', remedy: 'Let the run end by itself.' });
  if (related.unclear.length > 0)
    reasons.push({ code: 'ambiguous-intent', message: `${related.unclear.length} "${request}" carry no tag of their own (event ${related.unclear[0]})` });
  return reasons;
}
