import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../harness/contracts/index.ts';
import { encodeFrame, FrameReader } from './framing.ts';

describe('frames', () => {
  it('give back every message in order, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.nat(50)), (messages, cuts) => {
        const stream = Buffer.concat(messages.map((message) => encodeFrame(message as Value)));
        const reader = new FrameReader();
        const got: Value[] = [];
        let at = 0;
        for (const size of [...cuts, stream.length]) {
          got.push(...reader.push(stream.subarray(at, Math.min(stream.length, at + size))));
          at = Math.min(stream.length, at + size);
        }
        expect(JSON.stringify(got)).toBe(JSON.stringify(messages));
      }),
    );
  });

  it('refuse a stream that is not ours', () => {
    expect(() => new FrameReader().push(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(/not our protocol/);
    expect(() => new FrameReader().push(Buffer.from([0, 0, 0, 1, 0x7b]))).toThrow();
  });
});
