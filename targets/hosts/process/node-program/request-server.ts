/** The node's side of `Channel`: requests to the program, and readings of the node's clocks for probes. */
import { createServer, type Socket } from 'node:net';
import type { Value } from '../../../../harness/contracts/index.ts';
import { processMonotonicNs, processWallMs } from '../../../../harness/time/process-time.ts';
import type { Endpoint } from '../../../controls/link-proxy/proxy-protocol.ts';
import { encodeFrame, FrameReader } from '../framing.ts';
import type { ToClient, ToNode } from '../wire-protocol.ts';
import { readFrames } from './peer-links.ts';

/** Opens the listener. Rejects when the place is taken. */
export function serveChannel(at: Endpoint, request: (message: Value, reply: (answer: Value) => void) => void): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    const reader = new FrameReader();
    socket.on('error', () => {});
    send(socket, { type: 'welcome' });
    socket.on('data', (chunk: Buffer) => {
      for (const message of readFrames(socket, reader, chunk)) answer(socket, message as unknown as ToNode, request);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
}

function answer(socket: Socket, frame: ToNode, request: (message: Value, reply: (answer: Value) => void) => void): void {
  const { id } = frame;
  if (frame.type === 'clocks') {
    send(socket, { type: 'reading', id, answer: { wallMs: processWallMs(), monotonicNs: processMonotonicNs() } });
    return;
  }
  let answered = false;
  request(frame.message, (value) => {
    if (answered) return;
    answered = true;
    send(socket, { type: 'answer', id, answer: value });
  });
}

function send(socket: Socket, frame: ToClient): void {
  if (socket.writable) socket.write(encodeFrame(frame as unknown as Value));
}
