/** What `saga` means, spelled out saga by saga, and histories to try it on. */
import type { Checker, Event, History, Value } from '../../../harness/contracts/index.ts';
import type { Injection, LawTrial } from '../../testing/law-trial.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { saga } from '../saga.ts';

const STEPS = ['reserve', 'charge', 'ship'];

/** Every anomaly; quadratic. */
function naive(history: History): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const begun = events.filter(({ type, f }) => type === 'invoke' && f === 'saga');
  if (events.findLastIndex(({ f }) => f === 'complete') < (begun.at(-1)?.index ?? -1) || !events.some(({ f }) => f === 'complete')) return [];
  const found: string[] = [];
  for (const one of begun) {
    if (begun.filter(({ key }) => key === one.key).length > 1) continue;
    const steps = one.value as string[];
    const effects = events.filter(({ process, f, key, index }) => process === 'observer:ledger' && f === 'effect' && key === one.key && index > one.index);
    const named = ({ value }: Event) => (value as { step?: string; undo?: string }).step ?? (value as { undo?: string }).undo!;
    const net = steps.map((step) =>
      effects.filter((e) => named(e) === step).reduce((sum, { value }) => sum + ((value as object as { step?: string }).step ? 1 : -1), 0),
    );
    const last = effects.at(-1)?.index;
    const pair = history.columns.pair[one.index]!;
    const end = pair < 0 ? undefined : events[pair];
    const strange = effects.find((effect) => !steps.includes(named(effect)));
    if (strange) found.push(`unexpected-step ${strange.index}`);
    if (net.some((times) => times > 1)) found.push(`step-repeated ${last}`);
    if (net.some((times) => times < 0)) found.push(`undone-too-often ${last}`);
    if (net.some((times) => times > 1 || times < 0)) continue;
    if (net.includes(0) && net.includes(1)) found.push(`half-done ${last}`);
    else if (net.includes(1) && (end?.type === 'fail' || end?.applied === false)) found.push(`failed-but-visible ${last}`);
    else if (!net.includes(1) && end?.type === 'ok' && end.applied !== false) found.push(`lost-effect ${end.index}`);
  }
  return found;
}

/** Every third saga fails after its second step and undoes what it did. */
function* good(operations: number): Iterable<WrittenEvent> {
  const effect = (key: number, value: Value): WrittenEvent => ['observer:ledger', 'info', 'effect', value, { key }];
  for (let key = 0; key < operations; key++) {
    yield [key, 'invoke', 'saga', STEPS, { key }];
    const fails = key % 3 === 0;
    for (const step of fails ? STEPS.slice(0, 2) : STEPS) yield effect(key, { step });
    if (fails) for (const undo of ['charge', 'reserve']) yield effect(key, { undo });
    if (key % 100 === 50) yield [key, 'info', 'saga', null, { key }];
    else yield [key, fails ? 'fail' : 'ok', 'saga', null, { key, ...(fails && { error: { code: 'declined', message: '' } }) }];
  }
  yield ['observer:ledger', 'info', 'complete', 'plain'];
}

/** Changes the effects of one acknowledged (or refused) saga from there on. */
function change(outcome: 'ok' | 'fail', edit: (own: WrittenEvent[], key: number) => void): Injection {
  return (events, at) => {
    const begin = events.findIndex(([, type], i) => {
      if (i < at || type !== 'invoke') return false;
      return events.slice(i + 1).find(([process]) => typeof process === 'number')?.[1] === outcome;
    });
    const key = events[begin]![4]!.key as number;
    const length = outcome === 'ok' ? STEPS.length : 4;
    const own = events.slice(begin + 1, begin + 1 + length);
    edit(own, key);
    events.splice(begin + 1, length, ...own);
  };
}

const of = (key: number, value: Value): WrittenEvent => ['observer:ledger', 'info', 'effect', value, { key }];

export const sagaTrial: LawTrial = {
  checker: saga as Checker,
  options: [{}],
  random: (below) => {
    const clients = new RandomClients(below);
    let next = 0;
    const steps = ['a', 'b'];
    clients.run(
      4 + below(20),
      () => ['saga', steps, { key: below(8) === 0 ? 0 : next++ }],
      () => [null],
      () => [of(below(Math.max(1, next)), { [below(3) === 0 ? 'undo' : 'step']: ['a', 'b', 'c'][below(12) === 0 ? 2 : below(2)]! })],
    );
    if (below(4) > 0) clients.events.push(['observer:ledger', 'info', 'complete', 'plain']);
    return clients.events;
  },
  naive,
  good,
  goodOptions: {},
  injections: {
    'half-done': change('ok', (own) => own.splice(1, 1)),
    'step-repeated': change('ok', (own) => own.push(own[0]!)),
    'undone-too-often': change('fail', (own) => own.push(own[2]!)),
    'failed-but-visible': change('fail', (own, key) => own.splice(2, 2, of(key, { step: 'ship' }))),
    'lost-effect': change('ok', (own) => own.splice(0)),
    'unexpected-step': change('ok', (own, key) => own.push(of(key, { step: 'refund' }))),
  },
};
