/**
 * One direction of one connection: bytes of `source` go to `sink` while the gate is open. A shut gate stops the reading,
 * so that bytes wait where they are (as unacknowledged segments would) and go on in order once it opens. The end of the
 * stream and the loss of the connection are news too: they pass the same gate.
 */
import type { Socket } from 'node:net';

export class HalfRelay {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #isShut: () => boolean;
  readonly #count: (bytes: number) => void;
  #sinkFull = false;
  #lost = false;

  constructor(source: Socket, sink: Socket, isShut: () => boolean, count: (bytes: number) => void) {
    this.#source = source;
    this.#sink = sink;
    this.#isShut = isShut;
    this.#count = count;
    source.on('data', (chunk: Buffer) => this.#pass(chunk));
    source.once('end', () => sink.end());
    source.once('close', () => {
      this.#lost = true;
      this.update();
    });
    sink.on('drain', () => {
      this.#sinkFull = false;
      this.update();
    });
    this.update();
  }

  /** Looks at the gate again. */
  update(): void {
    if (this.#isShut()) this.#source.pause();
    else if (this.#lost) this.#giveUp();
    else if (!this.#sinkFull) this.#source.resume();
  }

  #pass(chunk: Buffer): void {
    if (this.#sink.destroyed) return;
    this.#count(chunk.length);
    if (this.#sink.write(chunk)) return;
    this.#sinkFull = true;
    this.#source.pause();
  }

  /** The source is gone. After an orderly end the sink was ended already; otherwise its other end learns of a reset. */
  #giveUp(): void {
    if (!this.#sink.destroyed && !this.#source.readableEnded) this.#sink.resetAndDestroy();
  }
}
