/** A file of JSON lines that is on the disk before anybody is told: an order book, an outbox, an inbox. */
import type { Env, Value } from '../../harness/contracts/index.ts';

export class DurableLines {
  readonly #env: Env;
  readonly #path: string;

  private constructor(env: Env, path: string) {
    this.#env = env;
    this.#path = path;
  }

  /** Opens the file; gives what earlier incarnations wrote. A last line without its end was never acknowledged. */
  static async open(env: Env, path: string): Promise<{ readonly file: DurableLines; readonly lines: readonly Value[] }> {
    const text = new TextDecoder().decode(await env.disk.read(path));
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return { file: new DurableLines(env, path), lines: whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Value])) };
  }

  /** Resolves when the line would survive a loss of power. */
  async write(line: Value): Promise<void> {
    await this.#env.disk.append(this.#path, new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    await this.#env.disk.fsync(this.#path);
  }
}
