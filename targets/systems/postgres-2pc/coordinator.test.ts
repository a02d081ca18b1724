import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { Coordinator } from './coordinator.ts';
import { type Decisions, forgottenDecisions, loggedDecisions } from './decisions.ts';
import type { Decision, Participant, Vote } from './participant.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-2pc-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const clock = createRealClock();

/** Keeps what it was told. */
class Remembering implements Participant {
  readonly name: string;
  readonly inDoubt = new Set<number>();
  readonly told: string[] = [];
  vote: Vote = { vote: 'yes' };
  /** Who is told nothing while it is down. */
  down = false;

  constructor(name: string) {
    this.name = name;
  }

  async prepare(id: number): Promise<Vote> {
    if (this.vote.vote !== 'no') this.inDoubt.add(id);
    return this.vote;
  }

  async finish(id: number, decision: Decision): Promise<void> {
    if (this.down) throw new Error('nobody answers');
    if (this.inDoubt.delete(id)) this.told.push(`${decision} ${id}`);
  }

  async prepared(): Promise<readonly number[]> {
    if (this.down) throw new Error('nobody answers');
    return [...this.inDoubt];
  }
}

const request = (id: number) => ({ id, from: 0, to: 1, amount: 1 });
const pair = (): [Remembering, Remembering] => [new Remembering('n2'), new Remembering('n3')];
/** A coordinator that dies after the first participant has heard of its commit. */
async function diedBetween(participants: [Remembering, Remembering], decisions: Decisions): Promise<void> {
  participants[1].down = true;
  void new Coordinator(participants, decisions, clock).transfer(request(5));
  while (participants[0].told.length === 0) await clock.sleep(1_000_000 as never);
  expect([participants[0].told, [...participants[1].inDoubt]]).toEqual([['commit 5'], [5]]);
}

/** What the second participant hears of a coordinator that starts anew; the first one is never told of anything again. */
async function afterRestart(decisions: Decisions): Promise<readonly string[]> {
  const [first, second] = pair();
  second.inDoubt.add(5);
  void new Coordinator([first, second], decisions, clock).recover();
  while (second.told.length === 0) await clock.sleep(1_000_000 as never);
  return second.told;
}

describe('a coordinator', () => {
  it('commits on all where all vote yes', async () => {
    const participants = pair();
    const coordinator = new Coordinator(participants, forgottenDecisions(), clock);
    expect(await coordinator.transfer(request(1))).toEqual({ outcome: 'committed' });
    expect([participants.map(({ told }) => told), coordinator.open]).toEqual([[['commit 1'], ['commit 1']], 0]);
  });

  it.each([
    [{ vote: 'no', reason: 'no-money' }, { outcome: 'no-money' }],
    [
      { vote: 'no', reason: 'a lock' },
      { outcome: 'aborted', reason: 'a lock' },
    ],
    [
      { vote: 'unknown', reason: 'it went away' },
      { outcome: 'aborted', reason: 'it went away' },
    ],
  ] as const)('aborts on all that were asked where one says %o', async (vote, answer) => {
    const [first, second] = pair();
    second.vote = vote;
    expect(await new Coordinator([first, second], forgottenDecisions(), clock).transfer(request(2))).toEqual(answer);
    while (first.inDoubt.size + second.inDoubt.size > 0) await clock.sleep(1_000_000 as never);
    expect(first.told).toEqual(['abort 2']);
  });

  it('finishes by its log what it had decided before it died', async () => {
    const log = join(folder, 'finishes');
    await diedBetween(pair(), loggedDecisions(log));
    expect(await afterRestart(loggedDecisions(log))).toEqual(['commit 5']);
  });

  it('has something open until it has looked for what is prepared', async () => {
    const participants = pair();
    const coordinator = new Coordinator(participants, forgottenDecisions(), clock);
    expect(coordinator.open).toBe(0);
    void coordinator.recover();
    expect(coordinator.open).toBe(1);
    while (coordinator.open > 0) await clock.sleep(1_000_000 as never);
  });

  it('rolls it back where it has forgotten', async () => {
    await diedBetween(pair(), forgottenDecisions());
    expect(await afterRestart(forgottenDecisions())).toEqual(['abort 5']);
  });
});

describe('a log of decisions', () => {
  it('knows nothing of what was not written to its end', () => {
    const log = join(folder, 'torn');
    loggedDecisions(log).commit(12);
    appendFileSync(log, '3');
    const decisions = loggedDecisions(log);
    expect([12, 3].map((id) => decisions.isCommitted(id))).toEqual([true, false]);
    decisions.commit(4);
    expect([12, 4, 34].map((id) => loggedDecisions(log).isCommitted(id))).toEqual([true, true, false]);
  });
});
