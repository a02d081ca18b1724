/** Edges from each of several sources to each of several targets but itself, without their product. O(sources + targets). */
import { type GraphBuilder, VIA } from './dependency-graph.ts';

/** Products up to so much are written out: way-points cost more. */
const WRITTEN_OUT = 32;

/** Vertices may occur several times. */
export function fan(graph: GraphBuilder, sources: readonly number[], targets: readonly number[], kind: number): void {
  if (sources.length * targets.length <= WRITTEN_OUT || sources.length === 1 || targets.length === 1) {
    for (const source of sources) for (const target of targets) graph.edge(source, target, kind);
    return;
  }
  const distinct = [...new Set(targets)];
  // From before[i] one reaches the targets up to i, from behind[i] those from i on: a source that is itself target i
  // enters at before[i - 1] and behind[i + 1].
  const before = distinct.map(() => graph.wayPoint());
  const behind = distinct.map(() => graph.wayPoint());
  for (let i = 0; i < distinct.length; i++) {
    graph.edge(before[i]!, distinct[i]!, VIA);
    graph.edge(behind[i]!, distinct[i]!, VIA);
    if (i > 0) {
      graph.edge(before[i]!, before[i - 1]!, VIA);
      graph.edge(behind[i - 1]!, behind[i]!, VIA);
    }
  }
  const place = new Map(distinct.map((target, i) => [target, i]));
  for (const source of sources) {
    const i = place.get(source);
    if (i === undefined) graph.edge(source, behind[0]!, kind);
    else {
      if (i > 0) graph.edge(source, before[i - 1]!, kind);
      if (i + 1 < distinct.length) graph.edge(source, behind[i + 1]!, kind);
    }
  }
}
