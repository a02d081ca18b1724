/** What a node's program logs: kept in memory, and written to the run folder in large pieces (synchronously: inside a simulation nothing else may do I/O). */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { formatSeconds } from '../../../harness/time/units.ts';

const LINES_KEPT = 100_000;
const WRITE_AFTER_CHARACTERS = 1 << 16;

export class NodeLog {
  readonly lines: string[] = [];
  readonly #file: string | undefined;
  #unwritten = '';

  /** `folder` is the run folder; without one, logs stay in memory. */
  constructor(node: NodeId, folder: string | undefined) {
    if (folder === undefined) return;
    const own = join(folder, 'nodes', node);
    mkdirSync(own, { recursive: true });
    this.#file = join(own, 'program.log');
  }

  write(now: number, line: string): void {
    const stamped = `${formatSeconds(now)} ${line}`;
    if (this.lines.length < LINES_KEPT) this.lines.push(stamped);
    if (this.#file === undefined) return;
    this.#unwritten += `${stamped}\n`;
    if (this.#unwritten.length > WRITE_AFTER_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#file !== undefined && this.#unwritten !== '') appendFileSync(this.#file, this.#unwritten);
    this.#unwritten = '';
  }
}
