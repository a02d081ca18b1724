import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { type Dialler, Diallers, type FindHolders, type ProcessEnd } from './diallers.ts';
import type { Connection } from './socket-owner.ts';

const n1 = { pid: 11, startTime: '1', end: 'n1' as NodeId };
const from = (port: number, host = '127.0.0.1'): Connection => ({ dialler: { host, port }, us: { host: '127.1.253.2', port: 2380 } });

/** Answers from a script by the dialler's port, and keeps what was asked at once. */
function diallers(answer: (port: number, tries: number) => Dialler) {
  const batches: number[][] = [];
  const tries = new Map<number, number>();
  let candidates: readonly ProcessEnd[] = [];
  const find: FindHolders = (connections, known) => {
    candidates = known;
    batches.push(connections.map(({ dialler }) => dialler.port));
    return connections.map(({ dialler: { port } }) => {
      tries.set(port, (tries.get(port) ?? 0) + 1);
      return answer(port, tries.get(port) ?? 0);
    });
  };
  return { table: new Diallers(createRealClock(), find), batches, candidates: () => candidates };
}

describe('diallers', () => {
  it('are looked up together, and those known by address not at all', async () => {
    const { table, batches, candidates } = diallers(() => n1);
    table.replace([
      { end: n1.end, address: '127.1.0.1', process: { pid: n1.pid, startTime: n1.startTime } },
      { end: 'clients', process: { pid: 5, startTime: '2' } },
    ]);
    const found = await Promise.all([table.identify(from(1)), table.identify(from(2)), table.identify(from(3, '127.1.0.1')), table.identify(from(4))]);
    expect(found.map((dialler) => (typeof dialler === 'string' ? dialler : dialler.end))).toEqual(['n1', 'n1', 'n1', 'n1']);
    expect(batches).toEqual([[1, 2, 4]]);
    expect(candidates()).toEqual([n1, { pid: 5, startTime: '2', end: 'clients' }]);
  });

  it('are looked for a few times while nobody holds them, and never again once gone', async () => {
    const { table, batches } = diallers((port, tries) => (port === 1 ? 'gone' : port === 2 ? 'unknown' : tries < 3 ? 'unknown' : n1));
    expect(await Promise.all([table.identify(from(1)), table.identify(from(2)), table.identify(from(3))])).toEqual(['gone', 'unknown', n1]);
    expect(batches).toEqual([[1, 2, 3], [2, 3], [2, 3], [2]]);
    expect(await table.identify(from(1))).toBe('gone');
  });
});
