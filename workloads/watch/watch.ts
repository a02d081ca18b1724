/**
 * The workload `watch`: unique values are written under some keys while others watch all of them; a watcher goes on behind
 * what it has seen when its connection was lost. In the end every node is asked for the whole stream, up to the last change.
 */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import type { WatchOperation } from '../operations/watch.ts';
import { WatchGenerator } from './watch-generator.ts';

const options = z.strictObject({
  keys: z.int().min(1).max(1024).default(5).describe('How many keys are written and watched.'),
  watchers: z.int().min(1).optional().describe('How many clients watch; the others write (default: one a node, and one client at least writes).'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type WatchOptions = z.infer<typeof options>;

/** So often each final stream is asked for what is still to come, and then, so often, whether there really is nothing more. */
const CATCHING_UP = 6;
const NOTHING_MORE = 3;

const ask = (value: WatchOperation['value']): WatchOperation => ({ f: 'watch', value }) as WatchOperation;

/** See the head of the file. */
export const watch: Workload<WatchOptions> = {
  name: 'watch',
  summary: 'writes keys and watches them; every stream must bring every change once and in order, also over lost connections',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'put', effect: 'idempotent', deadline: ms(deadlineMs) },
    { f: 'watch', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ keys, watchers }, { nodes, concurrency }) =>
    new WatchGenerator({ keys, watchers: watchers ?? Math.max(1, Math.min(nodes.length, concurrency - 1)) }),
  final: () => [
    ask({ from: 0, until: 'latest' }),
    ...Array.from({ length: CATCHING_UP }, () => ask({ until: 'latest' })),
    ...Array.from({ length: NOTHING_MORE }, () => ask({})),
  ],
  checks: () => [checkerRef('watch', { caughtUpAfter: NOTHING_MORE }), checkerRef('stats'), checkerRef('coverage'), checkerRef('availability')],
};
