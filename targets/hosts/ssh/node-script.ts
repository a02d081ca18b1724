/** What is put on a node: one script with what we do there, and one that watches links. Words for its shell. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const asset = (name: string): string => readFileSync(fileURLToPath(new URL(`assets/${name}`, import.meta.url)), 'utf8');

/** How long a node hears nothing of us until it undoes everything by itself (rule 24). */
export const DEAD_MAN_SECONDS = 10;

export const nodeScript = (): string => asset('node.sh');
export const witnessScript = (): string => asset('witness.pl');

/** What the script is told on a node. */
export interface NodeSettings {
  readonly sudo: boolean;
  /** Our table of rules; none where nobody asked for cuts. */
  readonly table: string | undefined;
}

/** The settings as the shell reads them. */
export function settingsText({ sudo, table }: NodeSettings): string {
  return [`limit=${DEAD_MAN_SECONDS}`, `sudo=${sudo ? quoted(SUDO) : ''}`, `table=${table ?? ''}`, ''].join('\n');
}

/** Never asks for a password: nobody would answer. */
export const SUDO = 'sudo -n';

/** One word of a shell: pure. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What starts a program, as the shell reads it: in its folder, with its environment, in the place of the shell. */
export function startText(argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string): string {
  const settings = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return [...settings, `cd ${quoted(cwd)} || exit 127`, `exec ${argv.map(quoted).join(' ')}`, ''].join('\n');
}
