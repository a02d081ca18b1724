/** Redis's protocol (RESP 2): commands as they are sent, replies read piece by piece. */

/** A refusal, as the server worded it: `READONLY You can't write against a read only replica.` */
export class RedisError extends Error {
  /** The first word. */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.name = 'RedisError';
    this.code = /^[A-Z]+(?= |$)/.exec(message)?.[0] ?? 'ERR';
  }
}

export type Reply = string | number | null | RedisError | readonly Reply[];

export type Command = readonly (string | number)[];

/** A command on the wire: an array of strings. */
export function encode(command: Command): string {
  return `*${command.length}\r\n${command.map((each) => `$${Buffer.byteLength(String(each))}\r\n${each}\r\n`).join('')}`;
}

/** An array that is not whole yet. */
interface Unfinished {
  readonly items: Reply[];
  missing: number;
}

/** Reads replies, however they are cut into pieces; each byte is looked at once. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #unfinished: Unfinished[] = [];

  /** The replies that this piece completes. Throws where it is no RESP. */
  read(piece: Buffer): Reply[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole: Reply[] = [];
    let at = 0;
    for (;;) {
      const end = bytes.indexOf('\r\n', at);
      if (end < 0) break;
      const head = bytes.toString('utf8', at + 1, end);
      const kind = String.fromCharCode(bytes[at]!);
      const next = end + 2;
      const length = kind === '$' ? Number(head) : -1;
      if (length >= 0 && bytes.length < next + length + 2) break;
      at = length >= 0 ? next + length + 2 : next;
      const text = length >= 0 ? bytes.toString('utf8', next, next + length) : head;
      const value = this.#value(kind, text, length);
      if (value !== undefined) whole.push(...this.#complete(value));
    }
    this.#rest = bytes.subarray(at);
    return whole;
  }

  /** Undefined where an array begins. */
  #value(kind: string, text: string, length: number): Reply | undefined {
    switch (kind) {
      case '+':
        return text;
      case '-':
        return new RedisError(text);
      case ':':
        return Number(text);
      case '$':
        return length < 0 ? null : text;
      case '*': {
        const missing = Number(text);
        if (missing < 0) return null;
        if (missing === 0) return [];
        this.#unfinished.push({ items: [], missing });
        return undefined;
      }
      default:
        throw new Error(`this is no reply of Redis: ${kind}${text.slice(0, 80)}`);
    }
  }

  #complete(value: Reply): Reply[] {
    let done = value;
    for (;;) {
      const around = this.#unfinished.at(-1);
      if (around === undefined) return [done];
      around.items.push(done);
      if (--around.missing > 0) return [];
      this.#unfinished.pop();
      done = around.items;
    }
  }
}
