import { describe, expect, it } from 'vitest';
import {
  answerIn,
  check,
  childrenIn,
  connectRequest,
  createdIn,
  createEphemeralSequential,
  FrameReader,
  getData,
  multi,
  nodeDataIn,
  refusalsIn,
  requestFrame,
  sessionTimeoutIn,
  setData,
  sync,
  versionIn,
} from './jute.ts';

const hex = (...parts: readonly string[]): Buffer => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
/** czxid, mzxid, ctime, mtime; version; cversion, aversion, owner, length, children, pzxid. */
const statOf = (version: string, czxid = '00'.repeat(8)): string => `${czxid} ${'00'.repeat(24)} ${version} ${'00'.repeat(32)}`;

describe('what is sent', () => {
  it('asks for a session of so many ms, with nothing of an old one', () => {
    expect(connectRequest(10_000)).toEqual(hex('0000002d', '00000000', '0000000000000000', '00002710', '0000000000000000', '00000010', '00'.repeat(16), '00'));
  });

  it('is a frame with the number of the request, its kind and its record', () => {
    expect(requestFrame(7, getData('/a'))).toEqual(hex('0000000f', '00000007', '00000004', '00000002 2f61', '00'));
    expect(requestFrame(1, setData('/a', 'é', 3))).toEqual(hex('00000018', '00000001', '00000005', '00000002 2f61', '00000002 c3a9', '00000003'));
    expect(requestFrame(2, sync('/'))).toEqual(hex('0000000d', '00000002', '00000009', '00000001 2f'));
  });

  it('makes a node that is gone with its session and has a number', () => {
    const acl = '00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65';
    expect(createEphemeralSequential('/a/n-', '').body).toEqual(hex('00000005 2f612f6e2d', '00000000', acl, '00000003'));
  });

  it('is several requests in one, each behind a head of its own', () => {
    const [checked, set] = ['00000002 2f61 ffffffff', '00000002 2f62 00000001 31 ffffffff'];
    expect(multi(check('/a', -1), setData('/b', '1', -1)).body).toEqual(
      hex('0000000d 00 ffffffff', checked, '00000005 00 ffffffff', set, 'ffffffff 01 ffffffff'),
    );
  });
});

describe('what is answered', () => {
  it('has the number of its request and what went wrong', () => {
    const answer = answerIn(hex('00000007', '0000000100000004', 'ffffff9b', '01'));
    expect(answer).toEqual({ xid: 7, error: -101, body: hex('01') });
    expect(sessionTimeoutIn(hex('00000000', '00001770', '00'.repeat(28)))).toBe(6_000);
  });

  it('is the data of a node and its version, also where it has none', () => {
    expect(nodeDataIn(hex('00000002 c3a9', statOf('0000002a')))).toEqual({ data: 'é', version: 42, czxid: 0 });
    expect(nodeDataIn(hex('ffffffff', statOf('00000001', '000000030000000a')))).toEqual({ data: '', version: 1, czxid: 3 * 2 ** 32 + 10 });
    expect(versionIn(hex(statOf('00000009')))).toBe(9);
  });

  it('is the name of a new node and the transaction that made it', () => {
    expect(createdIn(hex('00000004 2f612f6e', statOf('00000000', '0000000100000002')))).toEqual({ path: '/a/n', czxid: 2 ** 32 + 2 });
  });

  it('is what was wrong with each of several requests, or nothing where all were done', () => {
    const refused = (code: string): string => `ffffffff 00 ${code} ${code}`;
    const end = 'ffffffff 01 ffffffff';
    expect(refusalsIn(hex(refused('ffffff9b'), refused('fffffffe'), end))).toEqual([-101, -2]);
    expect(refusalsIn(hex('0000000d 00 00000000', '00000005 00 00000000', statOf('00000001'), end))).toEqual([]);
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

  it('is no answer where a watch tells of a change', () => {
    let told = 0;
    const reader = new FrameReader(() => told++);
    const notification = `0000001c ffffffff ffffffffffffffff 00000000 00000002 00000003 00000004 2f612f6e`;
    expect(
      reader.read(hex('00000004 00000001', notification.replace('0000001c', '00000020'), '00000004 00000002')).map((frame) => frame.toString('hex')),
    ).toEqual(['00000001', '00000002']);
    expect(told).toBe(1);
  });

  it('is refused where it is no frame', () => {
    expect(() => new FrameReader().read(Buffer.from('HTTP/1.1'))).toThrow(/no frame of ZooKeeper/);
  });
});
