/**
 * One direction of one connection: bytes of `source` go to `sink` while the gate is open. A shut gate stops the reading,
 * so that bytes wait where they are (as unacknowledged segments would) and go on in order once it opens. The end of the
 * stream and the loss of the connection are news too: they pass the same gate.
 *
 * While the fate of bytes is to be lost, they are read and thrown away. From then on the connection carries nothing more
 * in this direction, since what follows a gap would be taken for something else: it is reset at once (`reset`), or when
 * the loss ends (`silence`).
 */
import type { Socket } from 'node:net';
import type { Fate } from './cut-table.ts';

export class HalfRelay {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #fate: () => Fate;
  readonly #count: (bytes: number) => void;
  #sinkFull = false;
  #lost = false;
  #gap = false;

  constructor(source: Socket, sink: Socket, fate: () => Fate, count: (bytes: number) => void) {
    this.#source = source;
    this.#sink = sink;
    this.#fate = fate;
    this.#count = count;
    source.on('data', (chunk: Buffer) => this.#pass(chunk));
    source.once('end', () => this.#end());
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
    const fate = this.#fate();
    if (fate === 'hold') this.#source.pause();
    else if (this.#gap) this.#afterGap(fate);
    else if (this.#lost) this.#giveUp(fate);
    else if (!this.#sinkFull) this.#source.resume();
  }

  #pass(chunk: Buffer): void {
    if (this.#sink.destroyed) return;
    const fate = this.#fate();
    if (this.#gap || fate === 'silence' || fate === 'reset') {
      this.#gap = true;
      this.#afterGap(fate);
    } else this.#forward(chunk);
  }

  #forward(chunk: Buffer): void {
    this.#count(chunk.length);
    if (this.#sink.write(chunk)) return;
    this.#sinkFull = true;
    this.#source.pause();
  }

  #end(): void {
    const fate = this.#fate();
    if (fate === 'silence') this.#gap = true;
    else if (fate === 'reset' || this.#gap) this.#reset();
    else this.#sink.end();
  }

  /** Bytes are missing: silence goes on while the loss does, and everything else is the end. */
  #afterGap(fate: Fate): void {
    if (fate === 'silence') this.#source.resume();
    else this.#reset();
  }

  /** The source is gone. After an orderly end the sink was ended already; otherwise its other end learns of a reset. */
  #giveUp(fate: Fate): void {
    if (fate === 'silence') this.#gap = true;
    else if (!this.#sink.destroyed && !this.#source.readableEnded) this.#sink.resetAndDestroy();
  }

  #reset(): void {
    for (const end of [this.#sink, this.#source]) if (!end.destroyed) end.resetAndDestroy();
  }
}
