/** Anomalies of side effects in sentences, each with the events that show it as its certificate. */
import type { Anomaly, History, Value } from '../../harness/contracts/index.ts';
import { FAIL } from '../../harness/history/columns.ts';
import { errorCodeAt, outcomeAt, whenAt, whoAt, words } from '../columns/events.ts';
import type { Intent } from './intents.ts';

/** One intent, two effects or more. */
export function duplicate(history: History, requests: readonly string[], intent: Intent): Anomaly {
  const [first, second] = intent.effects as [number, number];
  const times = intent.effects.length === 2 ? 'twice' : `${intent.effects.length} times`;
  const when = intent.effects.slice(0, 3).map((effect) => `at ${whenAt(history, effect)}`);
  const sentence = `${asked(history, intent)}, and its effect happened ${times}: ${when.join(', ')}${intent.effects.length > when.length ? ' and later' : ''}`;
  return anomaly('duplicate-effect', [intent.invoked, ...intent.effects], sentence, { requests, invoked: intent.invoked, first, second });
}

/** Acknowledged, and no effect. */
export function lost(history: History, requests: readonly string[], intent: Intent): Anomaly {
  const sentence = `${asked(history, intent)} and was acknowledged at ${whenAt(history, intent.completed)}, but its effect never happened`;
  return anomaly('lost-effect', [intent.invoked, intent.completed], sentence, { requests, invoked: intent.invoked });
}

/** Refused for certain, and yet an effect (rule 1). */
export function failedButVisible(history: History, requests: readonly string[], intent: Intent): Anomaly {
  const effect = intent.effects[0]!;
  const failed = outcomeAt(history.columns, intent.invoked) === FAIL;
  const why = failed
    ? `failed at ${whenAt(history, intent.completed)}, yet its effect happened at ${whenAt(history, effect)}: either the system applied a request it refused, or the client's error table is wrong for ${errorCodeAt(history, intent.completed)}`
    : `was refused by a condition at ${whenAt(history, intent.completed)}, yet its effect happened at ${whenAt(history, effect)}`;
  const sentence = `${asked(history, intent)} and ${why}`;
  return anomaly('failed-but-visible', [intent.invoked, intent.completed, effect], sentence, { requests, invoked: intent.invoked, effect });
}

/** The world changed, and nobody had asked for it. */
export function withoutIntent(history: History, requests: readonly string[], effect: number): Anomaly {
  const { key, value } = history.event(effect);
  const sentence = `an effect ${words(value)} happened at ${whenAt(history, effect)} for the request ${words(key)}, which nobody had made before`;
  return anomaly('effect-without-intent', [effect], sentence, { requests, effect });
}

function anomaly(type: string, ops: readonly number[], sentence: string, data: Value): Anomaly {
  return { type, ops, sentence, certificate: { kind: `side-effects/${type}`, data } };
}

/** `request 12 ({"amount":3}) was made by process 1 at 0.004 s`. */
function asked(history: History, { invoked }: Intent): string {
  const { f, key, value } = history.event(invoked);
  return `${f} ${words(key)} (${words(value)}) was made by ${whoAt(history, invoked)} at ${whenAt(history, invoked)}`;
}
