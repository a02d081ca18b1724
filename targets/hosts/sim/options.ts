/** The options of the `sim` host: strings and numbers as people write them, and the same in the simulator's own units. */
import { z } from 'zod';
import type { Options } from '../../../harness/contracts/index.ts';
import { parseDuration } from '../../../harness/time/units.ts';

function duration(standard: string, description: string) {
  return z.string().refine(isDuration, "a duration such as '200us' or '5ms'").default(standard).describe(description);
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text, 'sim');
    return true;
  } catch {
    return false;
  }
}

const probability = z.number().min(0).max(1).default(0);

export const simOptionsSchema = z.strictObject({
  latency: duration('200us', 'least time a message takes between two nodes'),
  jitter: duration('800us', 'added to the latency, more often little than much'),
  tail: duration('1ms', 'added to one message in fifty'),
  loss: probability.describe('share of messages between nodes that are lost'),
  duplicate: probability.describe('share of messages between nodes that arrive twice'),
  reorder: z.boolean().default(true).describe('messages of one link may overtake each other'),
  boot: duration('20ms', 'how long a node takes to start'),
  diskLatency: duration('20us', 'a read or write of a node disk; up to three times as long'),
  fsyncLatency: duration('300us', 'an fsync; up to three times as long'),
  tornWrites: z.boolean().default(false).describe('a loss of power may keep a part of what was not synced'),
  cores: z.int().min(1).default(2).describe('cores of a node, and slots of each of its pools'),
  memory: z
    .int()
    .min(1)
    .default(1 << 30)
    .describe('bytes a node may hold before it dies'),
  inboundQueue: z.int().min(1).default(10_000).describe('messages that wait for a paused node; more are dropped'),
  freezeMessages: z.boolean().default(false).describe('freeze every message deeply, to find programs that change them'),
});

export type SimOptions = z.infer<typeof simOptionsSchema>;

export const simOptions: Options<SimOptions> = simOptionsSchema;

/** Durations in ns, probabilities as thresholds of a 32-bit draw. */
export interface SimSettings {
  readonly latencyNs: number;
  readonly jitterNs: number;
  readonly tailNs: number;
  readonly lossThreshold: number;
  readonly duplicateThreshold: number;
  readonly reorder: boolean;
  readonly bootNs: number;
  readonly diskLatencyNs: number;
  readonly fsyncLatencyNs: number;
  readonly tornWrites: boolean;
  readonly cores: number;
  readonly memory: number;
  readonly inboundQueue: number;
  readonly freezeMessages: boolean;
}

export function settingsOf(options: SimOptions): SimSettings {
  const nsOf = (key: keyof SimOptions): number => parseDuration(String(options[key]), `sim.${key}`);
  return {
    latencyNs: nsOf('latency'),
    jitterNs: nsOf('jitter'),
    tailNs: nsOf('tail'),
    lossThreshold: Math.floor(options.loss * 4294967296),
    duplicateThreshold: Math.floor(options.duplicate * 4294967296),
    reorder: options.reorder,
    bootNs: nsOf('boot'),
    diskLatencyNs: nsOf('diskLatency'),
    fsyncLatencyNs: nsOf('fsyncLatency'),
    tornWrites: options.tornWrites,
    cores: options.cores,
    memory: options.memory,
    inboundQueue: options.inboundQueue,
    freezeMessages: options.freezeMessages,
  };
}
