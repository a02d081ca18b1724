import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../../harness/contracts/index.ts';
import { createSimulator } from '../../../hosts/sim/index.ts';
import { decodeRecords, encodeRecords, recoverLog, replayRecords } from './durable-log.ts';
import type { Entry } from './messages.ts';
import type { LogRecord } from './state.ts';

const LOG_FILE = 'raft.log';
const entry = (term: number): Entry => ({ term, payload: { kind: 'no-op' } });
const record: fc.Arbitrary<LogRecord> = fc.oneof(
  fc.record({ kind: fc.constant('state' as const), term: fc.nat(9), vote: fc.constantFrom(null, 'n1' as NodeId) }),
  fc.record({ kind: fc.constant('entries' as const), first: fc.constant(1), entries: fc.array(fc.nat(9).map(entry), { minLength: 1, maxLength: 3 }) }),
);

describe('the log on disk', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(decodeRecords(encodeRecords(records)).records).toEqual(records);
      }),
    );
  });

  it('gives the whole records before a tear, wherever it is', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), fc.nat(), (records, at) => {
        const bytes = encodeRecords(records);
        const torn = bytes.subarray(0, at % (bytes.length + 1));
        const { records: kept, soundBytes } = decodeRecords(torn);
        expect(kept).toEqual(records.slice(0, kept.length));
        expect(encodeRecords(kept).length).toBe(soundBytes);
        const next = kept.length < records.length ? encodeRecords([records[kept.length]!]).length : 0;
        expect(torn.length - soundBytes).toBeLessThan(next === 0 ? 1 : next);
      }),
    );
  });

  it('stops at a record with a bit flipped', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), fc.nat(), (records, at) => {
        const bytes = encodeRecords(records);
        bytes[at % bytes.length]! ^= 0x10;
        const { records: kept } = decodeRecords(bytes);
        expect(kept.length).toBeLessThan(records.length);
        expect(kept).toEqual(records.slice(0, kept.length));
      }),
    );
  });

  it('lets later entries replace earlier ones from their index on', () => {
    const recovered = replayRecords([
      { kind: 'state', term: 1, vote: null },
      { kind: 'entries', first: 1, entries: [entry(1), entry(1), entry(1)] },
      { kind: 'state', term: 2, vote: 'n2' as NodeId },
      { kind: 'entries', first: 2, entries: [entry(2)] },
    ]);
    expect(recovered).toEqual({ term: 2, vote: 'n2', entries: [entry(1), entry(2)] });
  });

  it('cuts a torn tail off, and syncs what it vouches for', async () => {
    await using cluster = createSimulator({ nodes: 1 });
    const program = {
      async start(env: Parameters<typeof recoverOn>[0]) {
        await recoverOn(env);
        return { onMessage: () => undefined, onRequest: () => undefined };
      },
    };
    const sound = encodeRecords([{ kind: 'state', term: 7, vote: null }]);
    const recoverOn = async (env: { readonly disk: Parameters<typeof recoverLog>[0] }): Promise<void> => {
      await env.disk.append(LOG_FILE, sound);
      await env.disk.append(LOG_FILE, new Uint8Array([0, 0, 0, 9, 1]));
      expect(await recoverLog(env.disk, LOG_FILE)).toEqual({ term: 7, vote: null, entries: [], droppedBytes: 5 });
    };
    const [node] = cluster.nodes;
    await cluster.run(node!.startProgram(program, null));
    node!.losePower();
    expect(node!.disk.image.read(LOG_FILE)).toEqual(sound);
  });
});
