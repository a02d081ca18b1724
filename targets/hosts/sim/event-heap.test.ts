import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventHeap, type Receiver } from './event-heap.ts';

const receiver: Receiver = { fire: () => undefined, describe: () => '' };

describe('EventHeap', () => {
  it('gives events by time, then in order of pushing, without the cancelled ones', () => {
    const move = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('push' as const), time: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pop' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
        const heap = new EventHeap();
        let naive: { time: number; seq: number }[] = [];
        const handles: { slot: number; seq: number }[] = [];
        const popBoth = (): void => {
          naive.sort((a, b) => a.time - b.time || a.seq - b.seq);
          const wanted = naive.shift();
          expect(heap.pop()).toBe(wanted !== undefined);
          if (wanted) expect([heap.time, heap.seq, heap.payload, heap.tag]).toEqual([wanted.time, wanted.seq, `p${wanted.seq}`, wanted.seq * 2]);
        };
        for (const step of moves) {
          if (step.do === 'push') {
            const seq = heap.lastSeq + 1;
            handles.push({ slot: heap.push(step.time, receiver, `p${seq}`, seq * 2), seq });
            naive.push({ time: step.time, seq });
          } else if (step.do === 'pop') popBoth();
          else if (handles.length > 0) {
            const handle = handles[step.pick % handles.length] as { slot: number; seq: number };
            heap.cancel(handle.slot, handle.seq);
            naive = naive.filter(({ seq }) => seq !== handle.seq);
          }
          expect(heap.size).toBe(naive.length);
        }
        for (let left = naive.length; left >= 0; left--) popBoth();
      }),
    );
  });

  it('stays in order when it grows and when it sweeps out what was cancelled', () => {
    const heap = new EventHeap();
    const handles: (readonly [number, number, number])[] = [];
    for (let i = 0; i < 20_000; i++) {
      const time = (i * 7919) % 10_007;
      handles.push([heap.push(time, receiver, i, time), heap.lastSeq, i]);
    }
    for (const [slot, seq, i] of handles) if (i % 10 !== 0) heap.cancel(slot, seq);
    expect(heap.size).toBe(2_000);
    for (let i = 0; i < 5_000; i++) heap.push(5_000, receiver, -1, 5_000);
    let [time, seq, count] = [-1, -1, 0];
    while (heap.pop()) {
      expect(heap.time > time || (heap.time === time && heap.seq > seq)).toBe(true);
      expect(heap.tag).toBe(heap.time);
      expect(heap.payload === -1 || (heap.payload as number) % 10 === 0).toBe(true);
      [time, seq, count] = [heap.time, heap.seq, count + 1];
    }
    expect(count).toBe(7_000);
  });
});
