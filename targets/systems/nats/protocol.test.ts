import { describe, expect, it } from 'vitest';
import { awaiting, type Frame, FrameReader, INTRODUCTION, publication } from './protocol.ts';

describe('what is sent', () => {
  it('introduces the client and has it told of what nobody listens to', () => {
    const [head, ...lines] = INTRODUCTION.split('\r\n');
    expect(lines).toEqual(['PING', '']);
    expect(JSON.parse(head!.slice('CONNECT '.length))).toMatchObject({ verbose: false, headers: true, no_responders: true });
  });

  it('is a message with the length of its bytes, and where an answer goes if one is waited for', () => {
    expect(publication('a.b', 'é', '_INBOX.a.0')).toBe('PUB a.b _INBOX.a.0 2\r\né\r\n');
    expect(awaiting('_INBOX.a.0', 7)).toBe('SUB _INBOX.a.0 7\r\nUNSUB 7 1\r\n');
    expect(publication('a.b', '')).toBe('PUB a.b 0\r\n\r\n');
  });
});

/** As it can be compared. */
const shown = (frames: readonly Frame[]): unknown[] =>
  frames.map((frame) => (frame.kind === 'message' ? { ...frame.message, payload: frame.message.payload.toString() } : frame));

describe('what comes', () => {
  const bytes = Buffer.from(
    `INFO {"server_name":"n1"} \r\nPONG\r\nMSG i.0 1 5\r\na\r\nbc\r\nMSG i.1 1 $JS.ACK.x 2\r\né\r\nHMSG i.2 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\nHMSG i.3 1 r 12 13\r\nNATS/1.0\r\n\r\nz\r\nMSG i.4 1 0\r\n\r\nPING\r\n-ERR 'Stale Connection'\r\n`,
  );
  const frames = [
    { kind: 'other' },
    { kind: 'pong' },
    { subscription: 1, subject: 'i.0', payload: 'a\r\nbc' },
    { subscription: 1, subject: 'i.1', reply: '$JS.ACK.x', payload: 'é' },
    { subscription: 9, subject: 'i.2', status: 503, payload: '' },
    { subscription: 1, subject: 'i.3', reply: 'r', payload: 'z' },
    { subscription: 1, subject: 'i.4', payload: '' },
    { kind: 'ping' },
    { kind: 'error', text: "'Stale Connection'" },
  ];

  it('is read however it is cut into pieces', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new FrameReader();
      expect(shown([...reader.read(bytes.subarray(0, cut)), ...reader.read(bytes.subarray(cut))])).toEqual(frames);
    }
  });

  it('is read byte by byte', () => {
    const reader = new FrameReader();
    expect(shown([...bytes].flatMap((byte) => reader.read(Buffer.from([byte]))))).toEqual(frames);
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n', 'MSG i.0 1 x\r\n', 'MSG i.0\r\n', 'HMSG i.0 1 9 3\r\n', 'x'.repeat(70_000)])(
    'is refused where it is nothing of NATS',
    (text) => {
      expect(() => new FrameReader().read(Buffer.from(text))).toThrow(/nothing of NATS/);
    },
  );
});
