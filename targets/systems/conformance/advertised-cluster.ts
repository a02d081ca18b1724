/** Three nodes that are seen by others at another address than their own, as behind a link proxy: for tests of what a real program is told. */
import type { Cluster, Node, NodeId, Program } from '../../../harness/contracts/index.ts';

const nodes = [1, 2, 3].map(
  (i) =>
    ({
      id: `n${i}` as NodeId,
      dataDir: `/run/n${i}/data`,
      bindAddress: (port: number) => ({ host: `127.9.0.${i}`, port }),
      peerAddress: (port: number, peer: NodeId) => ({ host: `127.9.${peer === `n${i}` ? 253 : peer.slice(1)}.${i}`, port }),
    }) as unknown as Node,
);

export const advertisedCluster = { nodes } as unknown as Cluster;

export type ExecProgram = Extract<Program, { kind: 'exec' }>;

/** Throws for a node program. */
export function asExec(program: Program): ExecProgram {
  if (program.kind !== 'exec') throw new Error('this is no program of the operating system');
  return program;
}

/** What is given as `-name value` or `--name value`, as a map. */
export function flagsOf({ argv }: ExecProgram): Record<string, string> {
  return Object.fromEntries(argv.flatMap((each, i) => (each.startsWith('-') && !each.includes('=') ? [[each, argv[i + 1] ?? '']] : [])));
}
