/** One fault on one cluster, as the executor does it, with the time that each step takes. */
import type { Action, Change, Cluster, Control, Evidence, Fault, FaultView, Rng } from '../harness/contracts/index.ts';
import { messageOf } from '../harness/errors/ordeal-error.ts';
import { NS_PER_MS } from '../harness/time/units.ts';

/** Milliseconds of the cluster's clock, each from the beginning of its half: injected, seen to bite; undone, seen to be undone. */
export interface Timing {
  readonly injected: number;
  readonly proven: number;
  readonly healed: number;
  readonly provenHealed: number;
}

export type Trial = { readonly status: 'proven'; readonly timing: Timing } | { readonly status: 'failed'; readonly why: string };

interface Step {
  readonly control: Control<unknown>;
  readonly change: Change;
}

/** Injects it with its default options, and undoes it. Never rejects: what was not as it should be is the answer. */
export async function tryFault(cluster: Cluster, fault: Fault, rng: Rng): Promise<Trial> {
  const done: Step[] = [];
  try {
    const steps = planned(cluster, fault.plan(fault.options.parse({}), viewOf(cluster), rng), fault.name);
    for (const step of steps) await expectNot(step, 'nothing was done, and its probe says that it bites');
    const since = stopwatch(cluster);
    for (const step of steps) {
      done.push(step);
      await step.control.apply(step.change);
    }
    const injected = since();
    for (const step of steps) await expect(step, 'applied');
    const proven = since();
    const sinceHeal = stopwatch(cluster);
    for (const step of steps.toReversed()) await step.control.undo(step.change);
    const healed = sinceHeal();
    for (const step of steps) await expect(step, 'undone');
    return { status: 'proven', timing: { injected, proven, healed, provenHealed: sinceHeal() } };
  } catch (error) {
    for (const { control, change } of done.reverse()) await control.undo(change).catch(() => undefined);
    return { status: 'failed', why: messageOf(error) };
  }
}

/** Nobody is primary: the faults of the table choose their victims otherwise. */
function viewOf({ nodes }: Cluster): FaultView {
  return { nodes: nodes.map(({ id }) => id), primaries: [] };
}

function planned(cluster: Cluster, actions: readonly Action[], name: string): readonly Step[] {
  if (actions.length === 0) throw new Error('it finds nobody to hit');
  return actions.map(({ control: kind, params }, i) => {
    const control = cluster.control(kind) as Control<unknown> | undefined;
    if (control === undefined) throw new Error(`there is no control of ${kind}`);
    return { control, change: control.plan(`${name}/${i}`, params) };
  });
}

/** What a no-op injector would have done is what has been done so far. */
async function expectNot({ control, change }: Step, otherwise: string): Promise<void> {
  const { holds, measured } = await control.probe(change, 'applied');
  if (holds) throw new Error(`${otherwise}: ${measured}`);
}

async function expect({ control, change }: Step, state: 'applied' | 'undone'): Promise<void> {
  const { holds, independent, measured }: Evidence = await control.probe(change, state);
  if (!holds || !independent) throw new Error(`not proven ${state}: ${measured}`);
}

function stopwatch({ clock }: Cluster): () => number {
  const start = clock.now();
  return () => (clock.now() - start) / NS_PER_MS;
}
