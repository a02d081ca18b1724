/** The lines before a kernel: it makes the classes and filters; of netem, where it has none, `tc` itself has read every parameter. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkShape } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { insideNamespace } from '../nft/nft.ts';
import { netemScript } from './netem-script.ts';
import { probeNetem, tc, unshape } from './tc.ts';

const space = `ordealtest-tc-${process.pid}`;
const made = spawnSync('unshare', ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'htb', 'default', '0'], { encoding: 'utf8' });
const why = made.status === 0 ? '' : ` (not run: ${made.stderr || made.error?.message})`;
const inSpace = (...command: string[]) => {
  const [program, ...args] = [...insideNamespace(space), ...command];
  return spawnSync(program!, args, { encoding: 'utf8' });
};
const EVERYTHING: LinkShape = { delay: ms(50), jitter: ms(10), distribution: 'normal', loss: 0.3, burst: 8, duplicate: 0.1, corrupt: 0.1, bytesPerSecond: 1e5 };
const SCRIPT = netemScript('lo', 1, [
  { to: '10.0.0.2', shapes: [EVERYTHING] },
  { to: '10.0.0.3', shapes: [{ delay: ms(50) }, { reorder: 0.25, holdBack: ms(20) }] },
]);

describe.skipIf(why !== '')(`lines of tc${why}`, () => {
  afterEach(() => spawnSync('ip', ['netns', 'del', space]));

  it('make classes and filters, one for each address, and go again, twice', async () => {
    expect(spawnSync('ip', ['netns', 'add', space]).status).toBe(0);
    for (const handle of [1, 2]) {
      const script = netemScript('lo', handle, [
        { to: '10.0.0.2', shapes: [] },
        { to: '10.0.0.3', shapes: [] },
      ]);
      // in place of netem, which this kernel may not have, the queue that every kernel has
      await tc(space, script.replaceAll(/netem limit/g, 'pfifo limit'));
    }
    expect(inSpace('tc', 'qdisc', 'show', 'dev', 'lo').stdout).toMatch(/^qdisc htb 2: root/);
    expect(inSpace('tc', 'filter', 'show', 'dev', 'lo').stdout.match(/flowid 2:1[01]/g)).toEqual(['flowid 2:10', 'flowid 2:11']);
    for (let i = 0; i < 2; i++) await unshape(space, 'lo');
    expect(inSpace('tc', 'qdisc', 'show', 'dev', 'lo').stdout).not.toContain('htb');
  });

  it('are understood by tc, whose only complaint may be a kernel without netem', async () => {
    expect(spawnSync('ip', ['netns', 'add', space]).status).toBe(0);
    const netem = SCRIPT.split('\n').filter((line) => line.includes('netem'));
    expect(netem).toHaveLength(3);
    for (const line of netem) {
      const asked = inSpace('tc', ...line.replace(/parent \S+ handle \S+/, 'root').split(' '));
      if (probeNetem().ok) expect([line, asked.stderr]).toEqual([line, '']);
      else expect([line, asked.stderr]).toEqual([line, expect.stringMatching(/^Error: Specified qdisc kind is unknown\.\s*$/)]);
      inSpace('tc', 'qdisc', 'del', 'dev', 'lo', 'root');
    }
    // what it does not understand it says before it asks the kernel
    const wrong = inSpace('tc', ...'qdisc add dev lo root netem delay 5us reordr 3%'.split(' '));
    expect(wrong.stderr).toMatch(/What is "reordr"/);
  });
});
