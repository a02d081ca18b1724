/**
 * The simulator's agenda: a 4-ary heap ordered by (virtual time, sequence number), on typed arrays.
 *
 * What an event does lies in a slot table, so that an event costs no allocation: its receiver (one object per kind and
 * node, not one per event), a payload passed by reference, and a number. Cancelled events stay in the heap until they
 * surface, or until they outnumber the live ones.
 */

/** What events are sent to. `describe` is called for traces only. */
export interface Receiver {
  fire(payload: unknown, tag: number): void;
  describe(payload: unknown, tag: number): string;
}

const CANCELLED: Receiver = { fire: () => undefined, describe: () => 'cancelled' };
const FIRST_CAPACITY = 1024;
/** Below this many cancelled events a sweep is not worth its while. */
const SWEEP_FROM = 1024;

export class EventHeap {
  #times = new Float64Array(FIRST_CAPACITY);
  #seqs = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY);
  #size = 0;
  #nextSeq = 1;
  #cancelled = 0;

  #receivers: Receiver[] = [];
  #payloads: unknown[] = [];
  #tags = new Float64Array(FIRST_CAPACITY);
  /** The sequence number of the event in each slot: tells a stale handle from a live one. */
  #slotSeqs = new Float64Array(FIRST_CAPACITY);
  #freeSlots = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;

  /** The event taken by the last `pop`. */
  time = 0;
  seq = 0;
  receiver: Receiver = CANCELLED;
  payload: unknown = undefined;
  tag = 0;

  /** Events that are still to happen. */
  get size(): number {
    return this.#size - this.#cancelled;
  }

  /** The sequence number that the last `push` gave: with the slot, a handle for `cancel`. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Adds an event; gives its slot. */
  push(time: number, receiver: Receiver, payload: unknown, tag: number): number {
    const slot = this.#takeSlot();
    const seq = this.#nextSeq++;
    this.#receivers[slot] = receiver;
    this.#payloads[slot] = payload;
    this.#tags[slot] = tag;
    this.#slotSeqs[slot] = seq;
    if (this.#size === this.#times.length) this.#growHeap();
    this.#siftUp(this.#size++, time, seq, slot);
    return slot;
  }

  /** Takes the next event into `time`, `receiver`, `payload`, `tag`; false when there is none. */
  pop(): boolean {
    while (this.#size > 0) {
      const slot = this.#slots[0] as number;
      const receiver = this.#receivers[slot] as Receiver;
      this.time = this.#times[0] as number;
      this.seq = this.#seqs[0] as number;
      this.receiver = receiver;
      this.payload = this.#payloads[slot];
      this.tag = this.#tags[slot] as number;
      this.#removeRoot();
      this.#releaseSlot(slot);
      if (receiver !== CANCELLED) return true;
      this.#cancelled--;
    }
    return false;
  }

  /** Does nothing when the event of that handle has happened or was cancelled. */
  cancel(slot: number, seq: number): void {
    if (this.#slotSeqs[slot] !== seq || this.#receivers[slot] === CANCELLED) return;
    this.#receivers[slot] = CANCELLED;
    this.#payloads[slot] = undefined;
    this.#cancelled++;
    if (this.#cancelled >= SWEEP_FROM && this.#cancelled * 2 > this.#size) this.#sweep();
  }

  /** Forgets every event, so that what they hold can be collected. */
  clear(): void {
    this.#size = 0;
    this.#cancelled = 0;
    this.#freeCount = 0;
    this.#receivers = [];
    this.#payloads = [];
    this.#slotSeqs.fill(0);
  }

  #takeSlot(): number {
    if (this.#freeCount > 0) return this.#freeSlots[--this.#freeCount] as number;
    const slot = this.#receivers.length;
    if (slot === this.#tags.length) {
      this.#tags = grown(this.#tags);
      this.#slotSeqs = grown(this.#slotSeqs);
      const free = new Int32Array(slot * 2);
      free.set(this.#freeSlots);
      this.#freeSlots = free;
    }
    return slot;
  }

  #releaseSlot(slot: number): void {
    this.#receivers[slot] = CANCELLED;
    this.#payloads[slot] = undefined;
    this.#slotSeqs[slot] = 0;
    this.#freeSlots[this.#freeCount++] = slot;
  }

  #growHeap(): void {
    this.#times = grown(this.#times);
    this.#seqs = grown(this.#seqs);
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
  }

  #siftUp(from: number, time: number, seq: number, slot: number): void {
    const times = this.#times;
    const seqs = this.#seqs;
    const slots = this.#slots;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime <= time) break; // a new event has the greatest sequence number
      times[at] = parentTime;
      seqs[at] = seqs[parent] as number;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    times[at] = time;
    seqs[at] = seq;
    slots[at] = slot;
  }

  #removeRoot(): void {
    const last = --this.#size;
    if (last > 0) this.#siftDown(0, this.#times[last] as number, this.#seqs[last] as number, this.#slots[last] as number);
  }

  #siftDown(from: number, time: number, seq: number, slot: number): void {
    const times = this.#times;
    const seqs = this.#seqs;
    const slots = this.#slots;
    const size = this.#size;
    let at = from;
    for (;;) {
      const first = at * 4 + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let leastTime = times[first] as number;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime < leastTime || (childTime === leastTime && (seqs[child] as number) < (seqs[least] as number))) {
          least = child;
          leastTime = childTime;
        }
      }
      if (time < leastTime || (time === leastTime && seq < (seqs[least] as number))) break;
      times[at] = leastTime;
      seqs[at] = seqs[least] as number;
      slots[at] = slots[least] as number;
      at = least;
    }
    times[at] = time;
    seqs[at] = seq;
    slots[at] = slot;
  }

  /** Drops cancelled events. The order of the others is total, so rebuilding the heap changes nothing. */
  #sweep(): void {
    let kept = 0;
    for (let at = 0; at < this.#size; at++) {
      const slot = this.#slots[at] as number;
      if (this.#receivers[slot] === CANCELLED) {
        this.#releaseSlot(slot);
        continue;
      }
      this.#times[kept] = this.#times[at] as number;
      this.#seqs[kept] = this.#seqs[at] as number;
      this.#slots[kept] = slot;
      kept++;
    }
    this.#size = kept;
    this.#cancelled = 0;
    for (let at = (kept - 2) >> 2; at >= 0; at--) this.#siftDown(at, this.#times[at] as number, this.#seqs[at] as number, this.#slots[at] as number);
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const next = new Float64Array(array.length * 2);
  next.set(array);
  return next;
}
