/** A node's log files in the run folder: `node.log` holds what the program wrote, `lifecycle.log` what was done to it and when. */
import { appendFileSync, createReadStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock, NodeId } from '../../../harness/contracts/index.ts';
import { formatSeconds } from '../../../harness/time/units.ts';

export class NodeLog {
  /** The program's own output, both stdout and stderr, of all incarnations. */
  readonly file: string;
  readonly #lifecycle: string;
  readonly #clock: Clock;

  constructor(runFolder: string, node: NodeId, clock: Clock) {
    const folder = join(runFolder, 'nodes', node);
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, 'node.log');
    this.#lifecycle = join(folder, 'lifecycle.log');
    this.#clock = clock;
  }

  /** Notes what happened to the process. */
  note(line: string): void {
    appendFileSync(this.#lifecycle, `${formatSeconds(this.#clock.now())} ${line}\n`);
  }

  /** What the program has written so far, line by line. */
  async *lines(): AsyncIterable<string> {
    if (existsSync(this.file)) yield* createInterface({ input: createReadStream(this.file), crlfDelay: Number.POSITIVE_INFINITY });
  }
}
