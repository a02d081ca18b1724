import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ClockQuestion } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { contactProgram, readHttpDate } from './contact.ts';

const clock = createRealClock();

const contactWith = async (serve: (socket: Socket) => void, patience = ms(5_000), asks?: ClockQuestion) => {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await contactProgram([{ address: { host: '127.0.0.1', port }, ...(asks && { asks }) }], clock, patience);
  } finally {
    server.close();
  }
};

describe('contact with a program', () => {
  it('takes any reaction for an answer, and an HTTP date for its clock', async () => {
    expect(await contactWith((socket) => socket.end('-ERR unknown command\r\n'))).toEqual({ reply: 'answered' });
    expect(await contactWith((socket) => socket.once('data', () => socket.destroy()))).toEqual({ reply: 'answered' });
    expect(await contactWith((socket) => socket.end('HTTP/1.1 404 Not Found\r\nA: b\r\nDate: Thu, 01 Jan 1970 00:00:07 GMT\r\n\r\n'))).toEqual({
      reply: 'answered',
      clocks: { wallMs: 7_000, resolutionMs: 1_000 },
    });
  });

  it('asks a program in its own words for its clock', async () => {
    const asks = { port: 6379, question: 'TIME\r\n', answer: /^(?<seconds>\d+)\.(?<microseconds>\d+)\n/ };
    const asked = (answer: string) =>
      contactWith((socket) => socket.once('data', (question) => socket.end(String(question) === 'TIME\r\n' ? answer : '')), ms(5_000), asks);
    expect(await asked('17.002999\n')).toEqual({ reply: 'answered', clocks: { wallMs: 17_002, resolutionMs: 1 } });
    expect(await asked('-LOADING\r\n')).toEqual({ reply: 'answered' });
  });

  it('tells silence from refusal', async () => {
    expect(await contactWith(() => {}, ms(50))).toEqual({ reply: 'silent' });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await contactProgram([{ address: { host: '127.0.0.1', port } }], clock, ms(1_000))).toEqual({ reply: 'refused' });
    expect(await contactProgram([], clock, ms(1_000))).toEqual({ reply: 'refused' });
  });
});

describe('readHttpDate', () => {
  it('reads the head alone, and only when the line is whole', () => {
    expect(readHttpDate('HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:01 GMT\r\n')).toEqual({ wallMs: 1_000, resolutionMs: 1_000 });
    expect(readHttpDate('HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 19')).toBeUndefined();
    expect(readHttpDate('HTTP/1.1 200 OK\r\n\r\n\r\nDate: Thu, 01 Jan 1970 00:00:01 GMT\r\n')).toBeUndefined();
    expect(readHttpDate('SSH-2.0\r\nDate: Thu, 01 Jan 1970 00:00:01 GMT\r\n')).toBeUndefined();
    expect(readHttpDate('HTTP/1.1 200 OK\r\nDate: soon\r\n\r\n')).toBeUndefined();
  });
});
