/** The guide, done as it says: every command in its order, in an empty folder, with the mend that it shows. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runOrdeal } from '../../cli/testing/run-ordeal.ts';

const page = readFileSync(new URL('../your-own-service.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'ordeal-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commands = [...page.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block]) => (block ?? '').split('\n'))
  .flatMap((line) => /^npx ordeal (.*)$/.exec(line)?.[1] ?? [])
  // nobody looks at a browser here
  .map((command) => command.replace(' --open', ''));
const wordsOf = (command: string): string[] => [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
const [, wrong, right] = /```diff\n-(.*)\n\+(.*)\n```/.exec(page) ?? [];

describe('the guide to testing a service of your own', () => {
  it('has the commands that are done here', () => {
    expect(commands.slice(0, -1)).toEqual(['init', 'run --test lost-answers', 'report latest', 'run --test lost-answers', 'run']);
    expect(commands.at(-1)).toMatch(/^init shop --start /);
  });

  const expected: readonly (readonly [status: number, says: RegExp])[] = [
    [0, /written {2}ordeal\.config\.ts/],
    [1, /Duplicate effect.*and its effect happened .*INVALID/s],
    [1, /Duplicate effect.*INVALID/s],
    [0, /VALID/],
    [0, /valid {3}lost-answers.*valid {3}crashes/s],
    [0, /npx ordeal run/],
  ];
  it.each(commands.map((command, i) => [command, ...expected[i]!] as const))('npx ordeal %s', (command, status, says) => {
    const ran = runOrdeal(wordsOf(command), { cwd: folder });
    expect([ran.status, ran.stderr], ran.stdout).toEqual([status, '']);
    expect(ran.stdout).toMatch(says);
    if (command.startsWith('report')) mend();
  });

  it('writes what the page says', () => {
    for (const [, name] of page.matchAll(/^\| `([\w.]+)` \|/gm)) if (/\.m?[jt]s$/.test(name!)) expect(existsSync(join(folder, name!)), name).toBe(true);
  });
});

/** As the page shows it. */
function mend(): void {
  const file = join(folder, 'server.mjs');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(`${wrong}\n`);
  writeFileSync(file, text.replace(`${wrong}\n`, `${right}\n`));
}
