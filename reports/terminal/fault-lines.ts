/** The journal as short lines: what was done, that it bit, that it was healed. The report has the measurements in full. */
import type { ChalkInstance } from 'chalk';
import type { JournalEntry } from '../../harness/contracts/index.ts';
import { changeInWords, clipped } from '../view-model/index.ts';
import { oneLine } from './style.ts';

const EVIDENCE_COLUMNS = 60;

interface Active {
  readonly instance: string;
  readonly words: string;
}

/** Knows which changes are active; one per run. */
export class FaultLines {
  readonly #planned = new Map<string, Active>();
  readonly #active = new Map<string, Active>();

  /** What is active now, one text per fault. */
  active(): string[] {
    return [...this.#active.values()].map(({ instance, words }) => `${instance}: ${words}`);
  }

  /** The line of an entry, without its time; undefined where there is nothing to say. */
  tell(entry: JournalEntry, paint: ChalkInstance): string | undefined {
    if (entry.type === 'planned') {
      this.#planned.set(entry.change.id, { instance: entry.instance.id, words: oneLine(changeInWords(entry.change)) });
      return undefined;
    }
    if (entry.type === 'owner' || entry.type === 'closed' || entry.type === 'verified') return undefined;
    const { instance, words } = this.#planned.get(entry.change) ?? { instance: entry.change, words: '' };
    if (entry.type === 'failed') {
      this.#active.delete(entry.change);
      return paint.red(`✗ ${instance}  ${words}: could not be injected: ${clipped(oneLine(entry.message), EVIDENCE_COLUMNS)}`);
    }
    const measured = paint.dim(clipped(oneLine(entry.evidence.measured), EVIDENCE_COLUMNS));
    if (entry.type === 'applied') {
      this.#active.set(entry.change, { instance, words });
      const proven = entry.evidence.holds && entry.evidence.independent;
      return `${paint.yellow('▓')} ${instance}  ${words}  ${proven ? measured : `${paint.magenta('not proven')} ${measured}`}`;
    }
    this.#active.delete(entry.change);
    return entry.evidence.holds ? `${paint.green('░')} ${instance}  healed` : `${paint.red('░')} ${instance}  not seen to be healed: ${measured}`;
  }
}
