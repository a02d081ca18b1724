import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { callMain } from '../testing/call-main.ts';
import { runOrdeal } from '../testing/run-ordeal.ts';

const root = mkdtempSync(join(tmpdir(), 'ordeal-init-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const empty = (): string => join(root, String(++folders));
const ALL = ['.gitignore', 'README.md', 'operations.ts', 'ordeal.config.ts', 'server.mjs'];

describe('ordeal init', () => {
  it('writes a test and a service to practise on, asks nothing, and says what comes next', async () => {
    const folder = empty();
    const { exitCode, stdout, stderr } = await callMain('init', folder);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(readdirSync(folder).sort()).toEqual(ALL);
    expect(stdout).toContain(`cd ${folder}`);
    expect(stdout).toContain('npx ordeal run --test lost-answers');
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('ordeal-results/\n');
  });

  it('writes down what it was told', async () => {
    const folder = empty();
    const told = ['--start', `node "it's.js" --port {port}`, '--health', '/up', '--operation', 'pay', '--path', '/pay', '--sink', 'plain'];
    const { exitCode, stdout } = await callMain('init', folder, ...told, '--ledger-variable', 'BANK_URL', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ folder, kept: [], next: [`cd ${folder}`, 'npx ordeal run', 'npx ordeal report latest --open'] });
    expect(readdirSync(folder).sort()).toEqual(ALL.filter((name) => name !== 'server.mjs'));
    const config = readFileSync(join(folder, 'ordeal.config.ts'), 'utf8');
    for (const line of ["start: 'node \"it\\'s.js\" --port {port}'", "health: '/up'", "sink: 'plain'", "variable: 'BANK_URL'"]) expect(config).toContain(line);
    expect(readFileSync(join(folder, 'operations.ts'), 'utf8')).toContain("http.post('/pay'");
  });

  // what is refused last is the time: so everything before it goes well, and nothing is started
  it.each([
    ['keyed', 'exactly-once', /^ORDEAL_TIME_LIMIT_TOO_SHORT /],
    ['plain', 'at-most-once', /^ORDEAL_TIME_LIMIT_TOO_SHORT /],
    ['plain', 'exactly-once', /^ORDEAL_IMPOSSIBLE_GUARANTEE .*\n.*\("kill"\)/],
  ])('writes a configuration that loads; a %s sink, %s and crashes', async (sink, guarantee, refusal) => {
    const folder = empty();
    await callMain('init', folder, '--sink', sink);
    const config = readFileSync(join(folder, 'ordeal.config.ts'), 'utf8');
    writeFileSync(join(folder, 'ordeal.config.ts'), config.replace(/guarantee: '[\w-]+'/, `guarantee: '${guarantee}'`));
    const { status, stderr } = runOrdeal(['run', '--test', 'crashes', '--time-limit', '1'], { cwd: folder });
    expect(stderr).toMatch(refusal);
    expect(status).toBe(64);
  });

  it('never overwrites, and adds its line to .gitignore once', async () => {
    const folder = empty();
    await callMain('init', folder, '--yes');
    for (const name of ['ordeal.config.ts', 'operations.ts', 'README.md', 'server.mjs']) writeFileSync(join(folder, name), 'mine');
    writeFileSync(join(folder, '.gitignore'), 'node_modules');
    const { stdout } = await callMain('init', folder, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ written: ['.gitignore'], kept: ['ordeal.config.ts', 'operations.ts', 'README.md', 'server.mjs'] });
    expect(readFileSync(join(folder, 'ordeal.config.ts'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('node_modules\nordeal-results/\n');
    expect(JSON.parse((await callMain('init', folder, '--json')).stdout)).toMatchObject({ written: [] });
  });

  it.each([
    ['--operation', 'pay now'],
    ['--path', 'orders'],
    ['--health', 'health'],
    ['--ledger-variable', 'BANK-URL'],
  ])('refuses %s %s and writes nothing', async (flag, value) => {
    const folder = empty();
    const { exitCode, stderr } = await callMain('init', folder, flag, value);
    expect(exitCode).toBe(64);
    expect(stderr).toContain('ORDEAL_BAD_OPTION');
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  it('says where it cannot write', async () => {
    const file = empty();
    writeFileSync(file, '');
    expect(await callMain('init', file)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('ORDEAL_RUN_FOLDER') });
  });
});
