import { describe, expect, it } from 'vitest';
import type { Ns } from '../../harness/contracts/index.ts';
import { NS_PER_S } from '../../harness/time/units.ts';
import { CheckProgress } from './check-progress.ts';

function shown(isTTY: boolean, seconds: readonly number[]): string {
  let text = '';
  let now = 0;
  const progress = new CheckProgress({ stream: { write: (more: string) => (text += more), isTTY }, clock: { now: () => (now * NS_PER_S) as Ns } });
  for (const second of seconds) {
    now = second;
    progress.show({ file: 'a.jsonl', stage: 'reading', done: second, total: 60 });
  }
  progress.clear();
  return text;
}

describe('CheckProgress', () => {
  it('says nothing of a short check', () => {
    expect([shown(true, [0, 0.1, 0.4]), shown(false, [1, 9.9])]).toEqual(['', '']);
  });

  it('elsewhere: a line now and then', () => {
    expect(shown(false, [3, 12, 13, 21, 30])).toBe('a.jsonl: reading 20 %\na.jsonl: reading 50 %\n');
  });

  it('on a terminal: one line, which is gone at the end', () => {
    expect(shown(true, [0.6, 0.7, 30])).toBe('\r\u001b[Ka.jsonl: reading 1 %\r\u001b[Ka.jsonl: reading 50 %\r\u001b[K');
  });
});
