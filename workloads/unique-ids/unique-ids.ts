/** The workload `unique-ids`: everybody asks for ids all the time; nobody may get one that somebody else has. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { UniqueIdsOperation } from '../operations/unique-ids.ts';

const options = z.strictObject({
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type UniqueIdsOptions = z.infer<typeof options>;

const GENERATE: UniqueIdsOperation = { f: 'generate', value: null };

/** See the head of the file. */
export const uniqueIds: Workload<UniqueIdsOptions> = {
  name: 'unique-ids',
  summary: 'asks for ids; none may be handed out twice',
  options,
  operations: ({ deadlineMs }) => [{ f: 'generate', effect: 'once', deadline: ms(deadlineMs) }],
  generator: () => new NumberedOperations(() => GENERATE),
  checks: () => [checkerRef('unique-ids'), checkerRef('stats'), checkerRef('coverage'), checkerRef('availability')],
};
