/** `ordeal init`: the files of a test of an HTTP service. What is there already is left as it is. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { configText, IGNORED, operationsText, readmeText, type ServiceFacts } from './templates.ts';

export interface ScaffoldRequest extends Partial<Omit<ServiceFacts, 'name'>> {
  readonly folder: string;
}

export interface Scaffolded {
  readonly folder: string;
  /** Files that were written, by name. */
  readonly written: readonly string[];
  /** Files that were there and were left as they are. */
  readonly kept: readonly string[];
}

/** Without a command to start, a small service to practise on is written as well. Throws ORDEAL_BAD_OPTION, ORDEAL_RUN_FOLDER. */
export function scaffoldService({ folder, ...given }: ScaffoldRequest): Scaffolded {
  const place = resolve(folder);
  const facts: ServiceFacts = {
    name: basename(place) || 'service',
    start: 'node server.mjs',
    health: '/health',
    operation: 'order',
    path: '/orders',
    sink: 'keyed',
    variable: 'ORDEAL_LEDGER_URL',
    ...given,
  };
  refuseBad(facts);
  const files: readonly (readonly [name: string, text: string])[] = [
    ['ordeal.config.ts', configText(facts)],
    ['operations.ts', operationsText(facts)],
    ['README.md', readmeText(facts)],
    ...(given.start === undefined ? [['server.mjs', practiceService()] as const] : []),
  ];
  try {
    mkdirSync(place, { recursive: true });
    const written = files.filter(([name, text]) => writtenAnew(join(place, name), text)).map(([name]) => name);
    if (ignored(join(place, '.gitignore'))) written.push('.gitignore');
    return { folder: place, written, kept: [...files.map(([name]) => name), '.gitignore'].filter((name) => !written.includes(name)) };
  } catch (cause) {
    throw new OrdealError('ORDEAL_RUN_FOLDER', { what: messageOf(cause), where: place, remedy: 'Choose another folder.', cause });
  }
}

function refuseBad({ operation, path, health, variable }: ServiceFacts): void {
  const refuse = (where: string, value: string, what: string): never => {
    throw new OrdealError('ORDEAL_BAD_OPTION', { what, where, value });
  };
  if (!/^[A-Za-z_]\w*$/.test(operation)) refuse('--operation', operation, 'it takes a name: letters, digits, underscores');
  if (!/^[A-Za-z_]\w*$/.test(variable)) refuse('--ledger-variable', variable, 'it takes the name of an environment variable');
  if (!path.startsWith('/')) refuse('--path', path, 'a path begins with /');
  if (!health.startsWith('/')) refuse('--health', health, 'a path begins with /');
}

/** Whether the file was not there. */
function writtenAnew(file: string, text: string): boolean {
  if (existsSync(file)) return false;
  writeFileSync(file, text, { flag: 'wx' });
  return true;
}

/** Whether a line was added for the folder of results. */
function ignored(file: string): boolean {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text.split('\n').some((line) => line.replaceAll('/', '').trim() === 'ordeal-results')) return false;
  appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${IGNORED}\n`);
  return true;
}

function practiceService(): string {
  return readFileSync(new URL('./assets/server.mjs', import.meta.url), 'utf8');
}
