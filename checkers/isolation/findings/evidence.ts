/** What proves a dependency: the operations, and where it takes one, the read that fixes the order of versions. */
import type { Value } from '../../../harness/contracts/index.ts';

export interface Evidence {
  readonly kind: 'ww' | 'wr' | 'rw' | 'wrp' | 'rwp' | 'process' | 'realtime';
  readonly key?: Value;
  /** Of wr and rw: the element that was read, or missed. Of rw in registers: what was read in its place. */
  readonly element?: Value;
  /** Of ww: the versions in their order, and the event of the read that shows it. */
  readonly before?: Value;
  readonly after?: Value;
  readonly read?: number;
  /** Of rows: places of the micro-operations within their transactions. */
  readonly fromOp?: number;
  readonly toOp?: number;
  /** The same in words. */
  readonly sentence: string;
}

export interface EvidenceSource {
  /** The kind of certificates of cycles. */
  readonly certificate: string;
  /** The evidence for an edge of kind ww, wr or rw between two transactions. */
  of(from: number, to: number, kind: number): Evidence;
}
