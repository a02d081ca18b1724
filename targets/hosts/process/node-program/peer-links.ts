/**
 * Messages between node programs: one connection a direction, dialled by the sender through the link proxy, and dialled
 * again when it breaks. Best effort: what does not fit into the buffer of a link that stands still is dropped.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Clock, NodeId, Ns, Value } from '../../../../harness/contracts/index.ts';
import { ms } from '../../../../harness/time/units.ts';
import type { Endpoint } from '../../../controls/link-proxy/proxy-protocol.ts';
import { encodeFrame, FrameReader } from '../framing.ts';
import type { PeerHello } from '../wire-protocol.ts';

const FIRST_PAUSE = ms(20);
const LONGEST_PAUSE = ms(500);
/** What a link may hold that the network has not taken yet. */
const BUFFER_BYTES = 1024 * 1024;

/** Opens the listener for peers; a connection that breaks or speaks another protocol is closed. */
export function listenForPeers(at: Endpoint, receive: (from: NodeId, message: Value) => void): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    const reader = new FrameReader();
    let from: NodeId | undefined;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      for (const message of readFrames(socket, reader, chunk)) {
        if (from === undefined) from = (message as unknown as PeerHello).from;
        else receive(from, message);
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
}

/** The messages of a chunk; a stream that is not ours is closed and gives none. */
export function readFrames(socket: Socket, reader: FrameReader, chunk: Buffer): readonly Value[] {
  try {
    return reader.push(chunk);
  } catch {
    socket.destroy();
    return [];
  }
}

export class PeerLink {
  readonly #self: NodeId;
  readonly #peer: Endpoint & { readonly localAddress?: string };
  readonly #clock: Clock;
  #socket: Socket | undefined;
  #pause: Ns = FIRST_PAUSE;

  /** Dials at once. */
  constructor(self: NodeId, at: Endpoint, source: string | undefined, clock: Clock) {
    this.#self = self;
    this.#peer = source === undefined ? at : { ...at, localAddress: source };
    this.#clock = clock;
    this.#dial();
  }

  /** Sends, or drops while the link is down or its buffer full. */
  send(message: Value): void {
    const socket = this.#socket;
    if (socket !== undefined && socket.writableLength < BUFFER_BYTES) socket.write(encodeFrame(message));
  }

  #dial(): void {
    const socket = connect({ ...this.#peer, noDelay: true });
    const hello: PeerHello = { from: this.#self };
    socket.write(encodeFrame(hello as unknown as Value));
    this.#socket = socket;
    socket.on('error', () => {});
    // Reading is how one hears of the end.
    socket.resume();
    socket.once('connect', () => {
      this.#pause = FIRST_PAUSE;
    });
    socket.once('close', () => {
      this.#socket = undefined;
      this.#clock.at((this.#clock.now() + this.#pause) as Ns, () => this.#dial());
      this.#pause = Math.min(LONGEST_PAUSE, 2 * this.#pause) as Ns;
    });
  }
}
