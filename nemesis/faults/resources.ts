/** What nodes may have of their machine: processor time, processes, memory, descriptors. */
import { z } from 'zod';
import type { Action, Fault } from '../../harness/contracts/index.ts';
import { select, selectionOption } from '../selection/selection.ts';
import { RESOURCES_CPU, RESOURCES_DESCRIPTORS, RESOURCES_MEMORY, RESOURCES_PROCESSES } from './capabilities.ts';

const target = selectionOption.default('one');

const cpuOptions = z.strictObject({
  target,
  millis: z.int().min(10).max(1_000).default(100).describe('How much processor time the node gets, in thousandths of one processor.'),
});
const processOptions = z.strictObject({
  target,
  most: z.int().min(1).default(1).describe('How many processes and threads the node may have; those that there are stay, and no more can be started.'),
});
const descriptorOptions = z.strictObject({
  target,
  most: z
    .int()
    .min(3)
    .default(3)
    .describe('How many files and connections each process of the node may have open; those that there are stay, and no more can be opened.'),
});

const memoryOptions = z.strictObject({
  target,
  mebibytes: z
    .int()
    .min(1)
    .default(64)
    .describe('How much memory the node may have; what it has already stays where it cannot be given back, and who wants more is killed by the kernel.'),
});

export type MemoryLimitOptions = z.infer<typeof memoryOptions>;
export type CpuQuotaOptions = z.infer<typeof cpuOptions>;
export type ProcessLimitOptions = z.infer<typeof processOptions>;
export type DescriptorLimitOptions = z.infer<typeof descriptorOptions>;

export const cpuQuota: Fault<CpuQuotaOptions> = {
  name: 'cpu-quota',
  family: 'resources',
  summary: 'leaves nodes a part of a processor',
  needs: [RESOURCES_CPU],
  options: cpuOptions,
  plan(options, view, rng) {
    const nodes = select(options.target, view, rng);
    return nodes.length === 0 ? [] : [{ control: 'resources', params: { type: 'cpu', nodes, millis: options.millis } } satisfies Action];
  },
};

export const processLimit: Fault<ProcessLimitOptions> = {
  name: 'process-limit',
  family: 'resources',
  summary: 'lets nodes start no more processes and threads',
  needs: [RESOURCES_PROCESSES],
  options: processOptions,
  plan(options, view, rng) {
    const nodes = select(options.target, view, rng);
    return nodes.length === 0 ? [] : [{ control: 'resources', params: { type: 'processes', nodes, most: options.most } } satisfies Action];
  },
};

export const memoryLimit: Fault<MemoryLimitOptions> = {
  name: 'memory-limit',
  family: 'resources',
  summary: 'leaves nodes so much memory: the kernel kills who wants more',
  needs: [RESOURCES_MEMORY],
  options: memoryOptions,
  plan(options, view, rng) {
    const nodes = select(options.target, view, rng);
    return nodes.length === 0 ? [] : [{ control: 'resources', params: { type: 'memory', nodes, bytes: options.mebibytes * 2 ** 20 } } satisfies Action];
  },
};

export const descriptorLimit: Fault<DescriptorLimitOptions> = {
  name: 'descriptor-limit',
  family: 'resources',
  summary: 'lets nodes open no more files and connections',
  needs: [RESOURCES_DESCRIPTORS],
  options: descriptorOptions,
  plan(options, view, rng) {
    const nodes = select(options.target, view, rng);
    return nodes.length === 0 ? [] : [{ control: 'resources', params: { type: 'descriptors', nodes, most: options.most } } satisfies Action];
  },
};
