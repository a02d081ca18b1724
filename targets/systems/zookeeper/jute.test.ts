import { describe, expect, it } from 'vitest';
import { answerIn, childrenIn, connectRequest, FrameReader, getData, nodeDataIn, requestFrame, sessionTimeoutIn, setData, sync, versionIn } from './jute.ts';

const hex = (...parts: readonly string[]): Buffer => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
/** czxid, mzxid, ctime, mtime; version; cversion, aversion, owner, length, children, pzxid. */
const statOf = (version: string): string => `${'00'.repeat(32)} ${version} ${'00'.repeat(32)}`;

describe('what is sent', () => {
  it('asks for a session of so many ms, with nothing of an old one', () => {
    expect(connectRequest(10_000)).toEqual(hex('0000002d', '00000000', '0000000000000000', '00002710', '0000000000000000', '00000010', '00'.repeat(16), '00'));
  });

  it('is a frame with the number of the request, its kind and its record', () => {
    expect(requestFrame(7, getData('/a'))).toEqual(hex('0000000f', '00000007', '00000004', '00000002 2f61', '00'));
    expect(requestFrame(1, setData('/a', 'é', 3))).toEqual(hex('00000018', '00000001', '00000005', '00000002 2f61', '00000002 c3a9', '00000003'));
    expect(requestFrame(2, sync('/'))).toEqual(hex('0000000d', '00000002', '00000009', '00000001 2f'));
  });
});

describe('what is answered', () => {
  it('has the number of its request and what went wrong', () => {
    const answer = answerIn(hex('00000007', '0000000100000004', 'ffffff9b', '01'));
    expect(answer).toEqual({ xid: 7, error: -101, body: hex('01') });
    expect(sessionTimeoutIn(hex('00000000', '00001770', '00'.repeat(28)))).toBe(6_000);
  });

  it('is the data of a node and its version, also where it has none', () => {
    expect(nodeDataIn(hex('00000002 c3a9', statOf('0000002a')))).toEqual({ data: 'é', version: 42 });
    expect(nodeDataIn(hex('ffffffff', statOf('00000001')))).toEqual({ data: '', version: 1 });
    expect(versionIn(hex(statOf('00000009')))).toBe(9);
  });

  it('is a list of names', () => {
    expect(childrenIn(hex('00000002', '00000001 61', '00000002 c3a9'))).toEqual(['a', 'é']);
    expect(childrenIn(hex('00000000'))).toEqual([]);
  });

  it('is read however it is cut into pieces', () => {
    const bytes = hex('00000002 aabb', '00000000', '00000001 cc');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new FrameReader();
      const frames = [...reader.read(bytes.subarray(0, cut)), ...reader.read(bytes.subarray(cut))];
      expect(frames.map((frame) => frame.toString('hex'))).toEqual(['aabb', '', 'cc']);
    }
  });

  it('is refused where it is no frame', () => {
    expect(() => new FrameReader().read(Buffer.from('HTTP/1.1'))).toThrow(/no frame of ZooKeeper/);
  });
});
