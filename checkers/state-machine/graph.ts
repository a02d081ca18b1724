/** The transition graph of a state machine: which state may follow which, and what can come of each. */

/** What operations are called, and what may follow what. */
export interface StateMachineLaw {
  /** By state: the states that may follow it at once. */
  readonly transitions: Readonly<Record<string, readonly string[]>>;
  readonly initial?: readonly string[] | undefined;
  readonly spontaneous: readonly string[];
}

/** States by number. One more number, `absent`, stands for an entity that is not there yet: everything may come of it. */
export class StateGraph {
  readonly names: readonly string[];
  readonly absent: number;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #next: readonly ReadonlySet<number>[];
  /** Row by row; a state reaches itself. */
  readonly #reach: Uint8Array;
  readonly #byItself: ReadonlySet<number>;

  constructor({ transitions, initial, spontaneous }: StateMachineLaw) {
    this.names = [...new Set([...Object.keys(transitions), ...Object.values(transitions).flat(), ...(initial ?? []), ...spontaneous])];
    this.absent = this.names.length;
    this.#numbers = new Map(this.names.map((name, i) => [name, i]));
    this.#next = this.names.map((name) => new Set((transitions[name] ?? []).map((to) => this.#numbers.get(to)!)));
    this.#reach = new Uint8Array((this.absent + 1) ** 2);
    for (let from = 0; from < this.absent; from++) this.#walk(from);
    this.#reach.fill(1, this.absent * (this.absent + 1));
    const entered = new Set(Object.values(transitions).flat());
    this.#byItself = new Set([...(initial ?? this.names.filter((name) => !entered.has(name))), ...spontaneous].map((name) => this.#numbers.get(name)!));
  }

  /** Undefined where the graph has no such state. */
  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  nameOf(state: number): string | null {
    return this.names[state] ?? null;
  }

  /** Whether it may follow at once, or stays. */
  follows(from: number, to: number): boolean {
    return from === to || this.#next[from]!.has(to);
  }

  /** Whether it can come of it sooner or later, or is the same. */
  reaches(from: number, to: number): boolean {
    return this.#reach[from * (this.absent + 1) + to] === 1;
  }

  /** Nothing follows it. */
  isTerminal(state: number): boolean {
    return state !== this.absent && this.#next[state]!.size === 0;
  }

  /** Whether an entity may be in it without anybody having asked. */
  needsNobody(state: number): boolean {
    return state === this.absent || this.#byItself.has(state);
  }

  #walk(from: number): void {
    const row = from * (this.absent + 1);
    const open = [from];
    this.#reach[row + from] = 1;
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      for (const next of this.#next[state]!) {
        if (this.#reach[row + next] === 1) continue;
        this.#reach[row + next] = 1;
        open.push(next);
      }
    }
  }
}
