/** What nemesis operations say in the history: checkers and reports read coverage from these values. */
import type { Change, Evidence, FaultInstance, Value } from '../../harness/contracts/index.ts';

export interface ChangeOutcome {
  readonly change: Change;
  /** After an inject: whether it bites. After a heal: whether it is undone. */
  readonly evidence: Evidence;
  /** After a heal: whether it was in force to the end. */
  readonly verified?: Evidence;
}

export interface NemesisOutcome {
  readonly type: 'info';
  readonly value: Value;
}

/** `{id, fault, family, changes: [{id, kind, nodes, params, evidence, verified?}], error?}`. */
export function outcomeOf(instance: FaultInstance, family: string, changes: readonly ChangeOutcome[], error?: string): NemesisOutcome {
  return {
    type: 'info',
    value: {
      id: instance.id,
      fault: instance.fault,
      family,
      changes: changes.map(({ change, evidence, verified }) => ({
        id: change.id,
        kind: change.kind,
        nodes: [...change.nodes],
        params: change.params,
        evidence: plain(evidence),
        ...(verified && { verified: plain(verified) }),
      })),
      ...(error !== undefined && { error }),
    },
  };
}

function plain({ holds, independent, measured }: Evidence): Value {
  return { holds, independent, measured };
}
