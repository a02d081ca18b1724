/**
 * Keyed random streams: what a stream draws depends on the run's seed and the stream's names alone.
 *
 * `fork` folds a name into the 64-bit key (two FNV-1a lanes with a murmur finaliser); the draws of one stream come from
 * xoroshiro128+ (pure-rand), made when the first one is asked for. Integer arithmetic only, so that every engine agrees.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Rng } from '../contracts/index.ts';

/** The stream of a run's seed. Seeds are numbers or strings; equal text gives equal streams. */
export function createRng(seed: number | string): Rng {
  return new KeyedRng(0x811c9dc5, 0x01000193).fork(`seed:${seed}`);
}

class KeyedRng implements Rng {
  readonly #high: number;
  readonly #low: number;
  #generator: RandomGenerator | undefined;

  constructor(high: number, low: number) {
    this.#high = high;
    this.#low = low;
  }

  fork(name: string | number): Rng {
    const text = typeof name === 'number' ? `#${name}` : `$${name}`;
    let high = this.#high;
    let low = this.#low;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ unit, 0x85ebca6b) + 0x9e3779b9;
    }
    return new KeyedRng(mix32(high ^ (low >>> 7)), mix32(low ^ (high << 9)));
  }

  int(minInclusive: number, maxInclusive: number): number {
    return uniformInt(this.#stream(), minInclusive, maxInclusive);
  }

  float01(): number {
    const stream = this.#stream();
    const high = stream.next() >>> 5;
    const low = stream.next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  #stream(): RandomGenerator {
    this.#generator ??= xoroshiro128plus(mix32(this.#high ^ Math.imul(this.#low, 0xc2b2ae35)));
    return this.#generator;
  }
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. Signed 32-bit in and out. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A stateless draw: an unsigned 32-bit integer for (key, number). For the simulator's network, where draws are keyed by
 * link and message number and a stream object for each would be garbage.
 */
export function draw32(key: number, number: number): number {
  return mix32(mix32(key ^ Math.imul(number | 0, 0x9e3779b1)) + Math.imul((number / 4294967296) | 0, 0x85ebca6b)) >>> 0;
}
