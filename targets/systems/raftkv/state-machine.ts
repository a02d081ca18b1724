/** What the log is replicated for: registers, sets, tagged counters and unique ids, by key. Deterministic and in memory. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { Command } from './raft/messages.ts';

/** What a command gave. `applied: false`: a condition refused it (a cas that compared unequal). */
export type Answer = { readonly value: Value; readonly applied?: false };

/** The commands that change nothing. */
export type Query = Extract<Command, { op: 'read' | 'set-read' | 'counter-read' }>;

export class StateMachine {
  readonly #registers = new Map<string, number>();
  readonly #sets = new Map<string, Set<number | string>>();
  /** Each increment's tag, as often as it was applied. */
  readonly #counters = new Map<string, (number | string)[]>();
  #lastId = 0;

  apply(command: Command): Answer {
    switch (command.op) {
      case 'write':
        this.#registers.set(command.key, command.value);
        return { value: command.value };
      case 'write-if':
        if (this.#registers.get(command.guard) !== command.expected) return { value: command.value, applied: false };
        this.#registers.set(command.key, command.value);
        return { value: command.value };
      case 'cas':
        return this.#cas(command.key, command.from, command.to);
      case 'set-add':
        entryOf(this.#sets, command.key, () => new Set<number | string>()).add(command.element);
        return { value: command.element };
      case 'counter-increment':
        entryOf(this.#counters, command.key, (): (number | string)[] => []).push(command.tag);
        return { value: command.tag };
      case 'generate':
        return { value: ++this.#lastId };
      default:
        return this.query(command);
    }
  }

  query(query: Query): Answer {
    if (query.op === 'read') return { value: this.#registers.get(query.key) ?? null };
    if (query.op === 'set-read') return { value: [...(this.#sets.get(query.key) ?? [])] };
    return { value: [...(this.#counters.get(query.key) ?? [])] };
  }

  #cas(key: string, from: number | null, to: number): Answer {
    if ((this.#registers.get(key) ?? null) !== from) return { value: [from, to], applied: false };
    this.#registers.set(key, to);
    return { value: [from, to] };
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}
