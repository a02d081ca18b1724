/** An iteration as an immutable value: pulled lazily, once, so that whoever holds a position sees the same rest. */

export interface Cell<T> {
  readonly value: T;
  readonly rest: Chain<T>;
}

export class Chain<T> {
  readonly #pull: () => IteratorResult<T, unknown>;
  #cell: Cell<T> | undefined;
  #pulled = false;

  private constructor(pull: () => IteratorResult<T, unknown>) {
    this.#pull = pull;
  }

  /** The elements of `source`, each mapped once. Positions are to be reached in order, as they are from the first one. */
  static of<S, T>(source: Iterable<S>, map: (value: S, index: number) => T): Chain<T> {
    const iterator = source[Symbol.iterator]();
    let index = 0;
    return new Chain<T>(() => {
      const { done, value } = iterator.next();
      return done ? { done: true, value: undefined } : { done: false, value: map(value, index++) };
    });
  }

  /** The element here and the rest; undefined at the end. */
  get cell(): Cell<T> | undefined {
    if (!this.#pulled) {
      this.#pulled = true;
      const { done, value } = this.#pull();
      if (!done) this.#cell = { value, rest: new Chain(this.#pull) };
    }
    return this.#cell;
  }
}
