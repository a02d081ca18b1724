/** From a command as a person writes it to an argv: words, quotes, places to fill in. There is no shell. */
import { join } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';

const WORD = /"([^"]*)"|'([^']*)'|([^\s"']+)/g;
/** What only a shell understands. */
const SHELL = /[|&;<>$`*]/;

/** Throws ORDEAL_BAD_OPTION for what needs a shell. `places` are the values of `{host}` and the like; an unknown place stays. */
export function argvOf(start: string | readonly string[], folder: string, places: Readonly<Record<string, string>>): string[] {
  const words = typeof start === 'string' ? wordsOf(start) : start;
  const [program = '', ...rest] = words.map((word) => word.replaceAll(/\{(\w+)\}/g, (written, place: string) => places[place] ?? written));
  // a path is meant from the folder in which it is started
  return [program.startsWith('.') ? join(folder, program) : program, ...rest];
}

function wordsOf(start: string): string[] {
  if (SHELL.test(start)) {
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: 'the command needs a shell, and none is started',
      where: 'start',
      value: start,
      remedy: "Give a list: ['sh', '-c', 'exec …'].",
    });
  }
  return [...start.matchAll(WORD)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}
