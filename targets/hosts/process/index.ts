/** The `process` host: what others need of it. */

export type { OwnsProcesses, ProcessCluster } from './assemble-cluster.ts';
export { processHost } from './host.ts';
