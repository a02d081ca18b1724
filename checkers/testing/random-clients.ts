/** Clients that do things at random and are answered at random: the noise that trials judge histories in. */
import type { Value } from '../../harness/contracts/index.ts';
import type { Below } from './law-trial.ts';
import type { WrittenEvent, WrittenExtras } from './written-history.ts';

/** What a client asks. */
export type Asked = readonly [f: string, value: Value, extras?: WrittenExtras];

/** What it is answered, where it is not unknown. Undefined: by itself. */
export type Answer = (asked: Asked) => readonly [value: Value, extras?: WrittenExtras];

export class RandomClients {
  readonly events: WrittenEvent[] = [];
  readonly #below: Below;
  readonly #open: { readonly process: number; readonly asked: Asked }[] = [];
  #process = 0;

  constructor(below: Below) {
    this.#below = below;
  }

  /** So many steps: somebody asks, somebody is answered, or, now and then, something `else` happens. */
  run(steps: number, ask: () => Asked, answer: Answer = ([, value]) => [value], other?: () => readonly WrittenEvent[]): void {
    for (let step = 0; step < steps; step++) {
      const kind = this.#below(other === undefined ? 4 : 6);
      if (kind >= 4) this.events.push(...(other?.() ?? []));
      else if (kind < 2 || this.#open.length === 0) this.#ask(ask());
      else this.#answer(answer);
    }
  }

  #ask(asked: Asked): void {
    const [f, value, extras] = asked;
    this.events.push([this.#process, 'invoke', f, value, extras ?? {}]);
    this.#open.push({ process: this.#process++, asked });
  }

  #answer(answer: Answer): void {
    const [{ process, asked }] = this.#open.splice(this.#below(this.#open.length), 1) as [{ process: number; asked: Asked }];
    const outcome = this.#below(8);
    const [f, , { key, node } = {}] = asked;
    const base: WrittenExtras = { ...(key !== undefined && { key }), ...(node !== undefined && { node }) };
    if (outcome === 0) this.events.push([process, 'fail', f, null, { ...base, error: { code: this.#below(2) === 0 ? 'key-reused' : 'refused', message: '' } }]);
    else if (outcome === 1) this.events.push([process, 'info', f, null, base]);
    else if (outcome === 2) this.events.push([process, 'ok', f, null, { ...base, applied: false }]);
    else {
      const [value, extras] = answer(asked);
      this.events.push([process, 'ok', f, value, { ...base, ...extras }]);
    }
  }
}
