import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { planAddresses, type View } from './address-plan.ts';
import { claimPart } from './loopback-claim.ts';

const nodes = ['n1', 'n2', 'n3'] as NodeId[];
let lockFolder: string;
beforeEach(() => {
  lockFolder = mkdtempSync(join(tmpdir(), 'ordeal-claims-'));
});
afterEach(() => rmSync(lockFolder, { recursive: true }));

describe('planAddresses', () => {
  for (const manyAddresses of [true, false]) {
    it(`gives every view of every port of every node a place of its own (${manyAddresses ? 'many addresses' : 'one address'})`, () => {
      const plans = ['a', 'b'].map((runId) => planAddresses({ runId, nodes, lockFolder, manyAddresses }));
      const seen = new Map<string, string>();
      for (const [run, plan] of plans.entries()) {
        for (const node of nodes) {
          for (const port of [2_379, 2_380]) {
            for (const view of ['itself', 'clients', 'anyone', ...nodes] as View[]) {
              const { host, port: actual } = plan.endpoint(node, port, view);
              const place = `${host}:${actual}`;
              expect(seen.get(place)).toBeUndefined();
              seen.set(place, `${run} ${node} ${port} ${view}`);
              expect(plan.endpoint(node, port, view)).toEqual({ host, port: actual });
              expect(host).toMatch(/^127\./);
              expect(actual).toBeLessThan(65_536);
            }
          }
        }
      }
      expect(() => plans[0]?.endpoint('n9' as NodeId, 1, 'itself')).toThrow(/n9/);
      for (const plan of plans) plan.release();
      expect(readdirSync(lockFolder)).toEqual([]);
    });
  }

  it('refuses more nodes than fit', () => {
    expect(() => planAddresses({ runId: 'a', nodes: Array.from({ length: 251 }, (_, i) => `n${i}` as NodeId), lockFolder })).toThrow(/251 nodes/);
  });
});

describe('claimPart', () => {
  const claim = (runId: string) => claimPart({ runId, folder: lockFolder, first: 1, last: 3 });

  it('never gives one part to two living runs, and gives it again after its release', () => {
    const claims = ['a', 'b', 'c'].map(claim);
    expect(new Set(claims.map(({ part }) => part))).toEqual(new Set([1, 2, 3]));
    expect(() => claim('d')).toThrow(/claimed by living runs/);
    claims[1]?.release();
    expect(claim('d').part).toBe(claims[1]?.part);
    // A release by who is no longer the owner changes nothing.
    claims[1]?.release();
    expect(() => claim('e')).toThrow(/claimed by living runs/);
  });

  it('takes over from the dead, of this boot or an earlier one', () => {
    for (const part of [1, 2, 3]) claim(`r${part}`);
    const path = (part: number) => join(lockFolder, `${part}.lock`);
    const alter = (part: number, changes: object) => writeFileSync(path(part), JSON.stringify({ ...JSON.parse(readFileSync(path(part), 'utf8')), ...changes }));
    alter(2, { pid: 0x7ffffff0 });
    expect(claim('x').part).toBe(2);
    expect(() => claim('y')).toThrow();
    alter(3, { bootId: 'before' });
    expect(claim('y').part).toBe(3);
    alter(1, { startTime: '1' });
    expect(claim('z').part).toBe(1);
    expect(readdirSync(lockFolder).sort()).toEqual(['1.lock', '2.lock', '3.lock']);
  });
});
