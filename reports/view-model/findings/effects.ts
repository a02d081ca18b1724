/** Tells convictions by the effect ledger: what a client asked for, and what the outside world did about it. */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import { EFFECT } from '../../../harness/ledger/observed.ts';
import { invocationOf } from '../operations.ts';
import { listed } from '../wording.ts';
import { Clock, clause, operationsAt, type Story } from './story.ts';

/** Effects that are told one by one. */
const EFFECTS_TOLD = 8;

/** The story of a `side-effects/…` certificate; undefined where no client asked. */
export function tellEffects(history: History, anomaly: Anomaly): Story | undefined {
  if (!anomaly.certificate.kind.startsWith('side-effects/')) return undefined;
  const clients = anomaly.ops.filter((event) => history.columns.process[event]! >= 0);
  const ops = operationsAt(
    history,
    clients.map((event) => invocationOf(history, event)),
  );
  const clock = new Clock(ops);
  const effects = anomaly.ops.filter((event) => history.fs[history.columns.f[event]!] === EFFECT);
  const when = effects.slice(0, EFFECTS_TOLD).map((event) => `at ${clock.at(history.columns.time[event]!)}`);
  const more = effects.length > EFFECTS_TOLD ? ` (and ${effects.length - EFFECTS_TOLD} times more)` : '';
  return {
    ops,
    hits: ops.map((op) => op.index),
    arrows: [],
    proof: ops.map((op) => clause(op, clock)),
    thus: effects.length === 0 ? 'The outside world never carried it out.' : `The outside world carried it out ${listed(when)}${more}.`,
    legal: null,
    key: ops[0]?.key ?? null,
  };
}
