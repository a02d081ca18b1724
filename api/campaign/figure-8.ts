/**
 * The named scenario that provokes `commit-old-term` (rule 32): figure 8 of the Raft paper, again and again, with the
 * three nodes of the cluster in every order. The clean store must pass it like any other schedule.
 *
 * One turn, for x, y and z in some order:
 * 1. y is cut off, then z is: whoever led before, x leads afterwards. All catch up.
 * 2. z is cut off, and falls behind a little.
 * 3. x is cut off, and goes on taking commands that reach nobody. y is elected by z and starts to send what z lacks; the
 *    first entry of its own term comes last. Clients are kept from y, so that this entry is all that it takes.
 * 4. y is cut off before z has come so far. x is elected by z and sends what z lacks, then what it took in step 3:
 *    entries of an earlier term, which must not be taken for committed by being counted.
 * 5. x is cut off before it has sent the entry of its new term. y is elected by z, because its last term is the higher
 *    one, and overwrites what x counted.
 *
 * Few entries a message over a slow network, at a rate that this can just bear (`FIGURE_8`), make catching up take long
 * enough that steps of fixed lengths end where they should, about every other turn.
 */
import type { RunPlan } from '../plans/plan.ts';

type Line = RunPlan['faults']['scenario'][number];
type CutOptions = { components: string[][] } | { links: [string, string][] };

/** What the scenario is run with, for the broken store and for the clean one. */
export const FIGURE_8 = {
  system: { appendLimit: 3, heartbeatMs: 20, electionMinMs: 150, electionMaxMs: 190, attemptMs: 100 },
  host: { latency: '10ms', jitter: '2ms' },
  ratePerSecond: 60,
  concurrency: 30,
} as const;

const ORDERS = [
  ['n1', 'n2', 'n3'],
  ['n2', 'n3', 'n1'],
  ['n3', 'n1', 'n2'],
] as const;

/** How long the steps last: 1 (`depose` to `equal`), 2 (`behind`), 3 (`alone`), 4 (`count`), 5 (`overwrite`); and the quiet after a turn. */
const STEPS_MS = { depose: 500, elect: 300, equal: 1_500, behind: 280, alone: 240, count: 430, overwrite: 600, quiet: 600 } as const;
const TURN_MS = Object.values(STEPS_MS).reduce((sum, length) => sum + length, 0);
const START_MS = 1_000;

/** The lines for a cluster of three nodes, in order of time; they end quietly before the time limit. */
export function figure8(timeLimitMs: number): Line[] {
  const lines: { readonly at: number; readonly line: Line }[] = [];
  const cut = (options: CutOptions, from: number, to: number): number => {
    const id = `cut-${lines.length / 2 + 1}`;
    lines.push({ at: from, line: [`${from}ms`, 'inject', 'partition', options, id] }, { at: to, line: [`${to}ms`, 'heal', id] });
    return to;
  };
  for (let turn = 0, start = START_MS; start + TURN_MS <= timeLimitMs; turn++, start += TURN_MS) {
    const [x, y, z] = ORDERS[turn % ORDERS.length]!;
    const cutOff = (node: string, from: number, lasts: number): number =>
      cut({ components: [[node], [x, y, z].filter((other) => other !== node)] }, from, from + lasts);
    const elect = cutOff(y, start, STEPS_MS.depose);
    const equal = cutOff(z, elect, STEPS_MS.elect);
    const alone = cutOff(z, equal + STEPS_MS.equal, STEPS_MS.behind);
    const count = cutOff(x, alone, STEPS_MS.alone);
    const overwrite = cutOff(y, count, STEPS_MS.count);
    cutOff(x, overwrite, STEPS_MS.overwrite);
    cut(
      {
        links: [
          ['clients', y],
          [y, 'clients'],
        ],
      },
      alone,
      overwrite,
    );
  }
  // at equal times a cut begins before another ends: never are all three together in between
  return lines.sort((a, b) => a.at - b.at || Number(a.line[1] === 'heal') - Number(b.line[1] === 'heal')).map(({ line }) => line);
}
