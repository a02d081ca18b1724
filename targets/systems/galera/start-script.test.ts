import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCommand } from './start-script.ts';

const POSITION = '1d4899c9-e9fd-11f1-9d6f-4b7040ee9528:470';

/** Says with what it was started; asked where it had come to, it logs an answer. */
const SERVER = `#!/bin/sh
for each; do case $each in --log-error=*) [ -z "$ORDEAL_POSITION" ] || echo "2026-11-27 0 [Note] WSREP: Recovered position: $ORDEAL_POSITION" > "\${each#*=}"; exit 0;; esac; done
echo "$@"
`;

describe('the start of a member', () => {
  let folder = '';
  let data = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ordeal-galera-start-'));
    data = join(folder, 'data');
    mkdirSync(join(folder, 'first'));
    writeFileSync(join(folder, 'first', 'grastate.dat'), 'uuid: 1d4899c9\nseqno:   1\n');
    writeFileSync(join(folder, 'server'), SERVER, { mode: 0o700 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (position = POSITION): string => {
    const [program, ...argv] = startCommand({
      server: join(folder, 'server'),
      transfer: '/opt/bin',
      firstData: join(folder, 'first'),
      data,
      component: 'my_uuid: 1',
      settings: ['--setting'],
    });
    return execFileSync(program!, argv, { encoding: 'utf8', env: { ...process.env, ORDEAL_POSITION: position } }).trim();
  };

  it('begins with the first data and the component, once', () => {
    expect(start()).toBe('--no-defaults --setting');
    expect(readFileSync(join(data, 'gvwstate.dat'), 'utf8')).toBe('my_uuid: 1\n');
    rmSync(join(data, 'gvwstate.dat'));
    expect(start()).toBe('--no-defaults --setting');
    expect(existsSync(join(data, 'gvwstate.dat'))).toBe(false);
  });

  it('goes on where a member that was killed had come to', () => {
    start();
    writeFileSync(join(data, 'grastate.dat'), 'uuid: 1d4899c9\nseqno:   -1\n');
    expect(start()).toBe(`--no-defaults --setting --wsrep-start-position=${POSITION}`);
  });

  it('has no position where none can be found, whatever was found before', () => {
    start();
    rmSync(join(data, 'grastate.dat'));
    start();
    expect(start('')).toBe('--no-defaults --setting');
  });
});
