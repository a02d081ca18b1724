/** How often, and where first, each message was delivered. One pass over the deliveries. */
import type { Queue } from './collect.ts';

/** By message. */
export class Sightings {
  /** How many deliveries there are. */
  readonly times: Int32Array;
  /** How many of them among the dead letters. */
  readonly dead: Int32Array;
  /** The first one; -1 without any. */
  readonly first: Int32Array;

  constructor({ messages, deliveries }: Queue) {
    const size = messages.values.length;
    this.times = new Int32Array(size);
    this.dead = new Int32Array(size);
    this.first = new Int32Array(size).fill(-1);
    for (let d = 0; d < deliveries.count; d++) {
      const message = deliveries.message[d]!;
      this.times[message]!++;
      this.dead[message]! += deliveries.deadLetter[d]!;
      if (this.first[message] === -1) this.first[message] = d;
    }
  }
}
