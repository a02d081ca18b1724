import { describe, expect, it } from 'vitest';
import { leavesMajority } from '../../checkers/windows/majority.ts';
import type { NodeId } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { FAULTS } from '../registry/faults.ts';
import { FAMILY_NAMES, type PackageScope, packageFor } from './packages.ts';

const faultModel: PackageScope['faultModel'] = { crashes: 'minority', powerLoss: 'all', clocks: 'any' };
const nodesOf = (count: number) => Array.from({ length: count }, (_, i) => `n${i + 1}` as NodeId);

interface Params {
  readonly type: string;
  readonly nodes?: readonly string[];
  readonly links?: readonly (readonly [string, string])[];
}

/** What a move does to the nodes, as the coverage check sees it. */
async function disturbanceOf(move: ReturnType<typeof packageFor>['moves'][number], nodes: readonly NodeId[]) {
  const fault = await FAULTS[move.fault]!.load();
  const rng = createRng(1);
  const options = fault.options.parse(move.options);
  const actions = fault.plan(options, { nodes, primaries: [], followers: nodes } as unknown as Parameters<typeof fault.plan>[1], rng);
  const params = actions.map((action) => action.params as unknown as Params);
  return {
    understood: true,
    down: params.filter(({ type }) => ['kill', 'pause', 'power-loss'].includes(type)).flatMap((each) => each.nodes ?? []),
    cuts: params.flatMap(({ type, links }) => (type === 'cut' ? (links ?? []) : [])),
  };
}

describe('packages', () => {
  it('mark the moves under which no majority is left and somebody is up', async () => {
    const marked: string[] = [];
    for (const nodeCount of [3, 4, 5, 6, 7]) {
      const nodes = nodesOf(nodeCount);
      for (const name of FAMILY_NAMES) {
        for (const move of packageFor(name, { nodeCount, faultModel }).moves.filter(({ burst, rotate }) => !burst && !rotate)) {
          const disturbance = await disturbanceOf(move, nodes);
          const everybodyDown = nodes.every((node) => disturbance.down.includes(node));
          const stalls = !leavesMajority(nodes, [disturbance]) && !everybodyDown;
          expect([nodeCount, move, stalls]).toEqual([nodeCount, move, move.stallsWrites === true]);
          if (stalls) marked.push(`${nodeCount} ${JSON.stringify(move.options)}`);
        }
      }
    }
    expect(marked).toContain('3 {"topology":"majorities-ring"}');
    expect(marked).toContain('3 {"target":"majority"}');
    expect(marked).toContain('4 {"topology":"random-halves"}');
  });
});
