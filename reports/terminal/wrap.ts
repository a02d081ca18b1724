/** Text in as many columns as there are. */
import { columnsOf } from './style.ts';

/** With less room beside its head, a text goes on below it. */
const LEAST = 24;

/**
 * Lines of at most `columns`, broken between words: the first behind `head`, the others below its end; in a narrow terminal below
 * its beginning. A longer word stands alone.
 */
export function wrapped(head: string, text: string, columns: number): string[] {
  const margin = columnsOf(head);
  const room = columns - margin;
  const begin = /^ */.exec(head)![0];
  if (room < LEAST && margin > begin.length + NARROW) return wrapped(begin, `${head.trim()} ${text}`, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, i) => `${i === 0 ? head : ' '.repeat(margin)}${one}`.trimEnd());
}

/** What a terminal is wide, at most what is pleasant to read; without one, that. */
export function readableColumns(stream: { readonly columns?: number } = process.stdout): number {
  return Math.min(MOST, Math.max(LEAST, stream.columns ?? MOST));
}

const MOST = 110;

/** Heads as short as a list's dot stay where they are, how narrow the terminal may be. */
const NARROW = 4;
