/**
 * Where a generator stands in the tree of generators, and the randomness that belongs to that place.
 *
 * A draw is keyed by (path, operations emitted so far at that path), never by what was drawn before: asking twice draws
 * the same, and what one branch emits does not move the draws of another (the nemesis never changes the workload).
 */
import type { Rng } from '../contracts/index.ts';
import { draw32 } from '../random/rng.ts';

/** Lazy: a path costs one small object until something is drawn at it. Compared by identity. */
export class GeneratorPath {
  readonly parent: GeneratorPath | undefined;
  readonly #name: string | number;
  #rng: Rng | undefined;
  #operations: Rng | undefined;
  #key = -1;

  private constructor(parent: GeneratorPath | undefined, name: string | number, rng: Rng | undefined) {
    this.parent = parent;
    this.#name = name;
    this.#rng = rng;
  }

  /** The root of a run's generators. */
  static root(rng: Rng): GeneratorPath {
    return new GeneratorPath(undefined, '', rng);
  }

  child(name: string | number): GeneratorPath {
    return new GeneratorPath(this, name, undefined);
  }

  /** A fresh stream for the operation number `emitted`: what `GenContext.rng` is. */
  stream(emitted: number): Rng {
    this.#operations ??= this.#own().fork('operation');
    return this.#operations.fork(emitted);
  }

  /** The `nth` draw of a combinator for its operation number `emitted`: an unsigned 32-bit integer, without garbage. */
  draw(emitted: number, nth: number): number {
    if (this.#key < 0) this.#key = this.#own().fork('draw').int(0, 0x7fffffff);
    return draw32(draw32(this.#key, emitted), nth);
  }

  #own(): Rng {
    this.#rng ??= this.parent === undefined ? unreachable() : this.parent.#own().fork(this.#name);
    return this.#rng;
  }
}

function unreachable(): never {
  throw new Error('a path without a parent has its rng from the start');
}

/** A uniform index below `count` from an unsigned 32-bit draw (multiply and shift; the bias is below count / 2^32). */
export function indexOfDraw(draw: number, count: number): number {
  return Math.floor((draw / 4294967296) * count);
}
