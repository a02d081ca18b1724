/** Colours of the terminal, and none where the person wants none. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { VerdictWord } from '../view-model/index.ts';

/** Honours NO_COLOR (any value but the empty one); else what the terminal can do. */
export function paintFor(env: Readonly<Record<string, string | undefined>>): ChalkInstance {
  return env['NO_COLOR'] ? new Chalk({ level: 0 }) : new Chalk();
}

/** The verdict's word in its colour. */
export function verdictInColour(word: VerdictWord, paint: ChalkInstance): string {
  const text = word.replace('-', ' ').toUpperCase();
  if (word === 'valid') return paint.green.bold(text);
  return word === 'invalid' ? paint.red.bold(text) : paint.magenta.bold(text);
}

/** As many columns as text takes, colours not counted; wide characters count one. */
export function columnsOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

/** One line: no line breaks, no control characters, so that nothing that a system says can move the cursor. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
