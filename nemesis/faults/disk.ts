/** What happens to disks: full, slow, failing, lying about what they keep, storing other bits than they were given. */
import { z } from 'zod';
import type { Capability, DiskParams, Fault, NodeId, Options } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { type Selection, select, selectionOption } from '../selection/selection.ts';
import { DISK_CORRUPT, DISK_ERROR, DISK_FULL, DISK_LYING_FSYNC, DISK_SLOW } from './capabilities.ts';

const OPERATIONS = ['read', 'write', 'fsync'] as const;

const target = selectionOption.default('one');
const share = (preset: number, what: string) => z.number().min(0.02).max(1).default(preset).describe(`The share of ${what}.`);

const fullOptions = z.strictObject({ target });
const slowOptions = z.strictObject({
  target,
  delayMs: z.number().min(5).max(1_000).default(50).describe('By how many milliseconds each read, write and fsync takes longer.'),
});
const errorOptions = z.strictObject({
  target,
  operations: z
    .array(z.enum(OPERATIONS))
    .min(1)
    .default(['write', 'fsync'])
    .describe('Which operations fail. What the page cache holds is read without the disk.'),
  share: share(1, 'these operations that fails with EIO'),
});
const lieOptions = z.strictObject({ target: selectionOption.default('all') });
const corruptOptions = z.strictObject({ target, share: share(0.1, 'writes that is stored with one bit turned over') });

export type DiskFullOptions = z.infer<typeof fullOptions>;
export type DiskSlowOptions = z.infer<typeof slowOptions>;
export type DiskErrorOptions = z.infer<typeof errorOptions>;
export type DiskLieOptions = z.infer<typeof lieOptions>;
export type DiskCorruptOptions = z.infer<typeof corruptOptions>;

/** Writes are refused for want of space. */
export const diskFull = disturbing('disk-full', 'refuses every write for want of space (ENOSPC), over old data too', DISK_FULL, fullOptions, () => ({
  type: 'full',
}));

/** Every operation takes longer. */
export const diskSlow = disturbing('disk-slow', 'makes every read, write and fsync take longer', DISK_SLOW, slowOptions, ({ delayMs }) => ({
  type: 'slow',
  delay: ms(delayMs),
}));

/** Operations fail. */
export const diskError = disturbing('disk-error', 'makes reads, writes or fsyncs fail (EIO)', DISK_ERROR, errorOptions, ({ operations, share: failing }) => ({
  type: 'error',
  operations,
  share: failing,
}));

/** An fsync is acknowledged and not done. */
export const diskLie = disturbing('disk-lie', 'acknowledges each fsync and does nothing: a loss of power shows it', DISK_LYING_FSYNC, lieOptions, () => ({
  type: 'lying-fsync',
}));

/** Writes are stored with a bit turned over. */
export const diskCorrupt = disturbing('disk-corrupt', 'stores writes with one bit turned over', DISK_CORRUPT, corruptOptions, ({ share: turned }) => ({
  type: 'corrupt',
  share: turned,
}));

type Disturbance<P = DiskParams> = P extends DiskParams ? Omit<P, 'nodes'> : never;

function disturbing<P extends { readonly target: Selection }>(
  name: string,
  summary: string,
  need: Capability,
  options: Options<P>,
  disturbanceOf: (options: P) => Disturbance,
): Fault<P> {
  return {
    name,
    family: 'disk',
    summary,
    needs: [need],
    options,
    plan(given, view, rng) {
      const nodes: readonly NodeId[] = select(given.target, view, rng);
      return nodes.length === 0 ? [] : [{ control: 'disks', params: { ...disturbanceOf(given), nodes } as DiskParams }];
    },
  };
}
