/** What `two-phase-commit` means, spelled out decision by decision, and histories to try it on. */
import type { Checker, Event, History } from '../../../harness/contracts/index.ts';
import type { Injection, LawOptions, LawTrial } from '../../testing/law-trial.ts';
import { RandomClients } from '../../testing/random-clients.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';
import { twoPhaseCommit } from '../two-phase-commit.ts';

interface Said {
  readonly participant: string;
  readonly vote?: string;
  readonly decision?: string;
}

/** Every anomaly; quadratic. */
function naive(history: History, options: LawOptions): string[] {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const observed = events.filter(({ f }) => f === 'vote' || f === 'decision');
  const asked = events.filter(({ type, f }) => type === 'invoke' && f === 'transaction');
  const complete = events.findLastIndex(({ f }) => f === 'complete') > (asked.at(-1)?.index ?? -1);
  const said = ({ value }: Event) => value as unknown as Said;
  const found: string[] = [];
  for (const key of new Set([...observed, ...asked].map((event) => event.key))) {
    const mine = observed.filter((event) => event.key === key);
    const names = new Set(mine.map((event) => said(event).participant));
    // repetitions of what was said say nothing
    const first = (name: string, what: string) => mine.find((event) => said(event).participant === name && (said(event).vote ?? said(event).decision) === what);
    const decisions = mine.filter((event) => said(event).decision && first(said(event).participant, said(event).decision!) === event);
    const clash = decisions.find((event, i) =>
      decisions.slice(0, i).some((other) => said(other).decision !== said(event).decision && said(other).participant !== said(event).participant),
    );
    if (clash) found.push(`disagreement ${clash.index}`);
    for (const name of names) {
      const [commit, abort] = [first(name, 'commit'), first(name, 'abort')];
      if (commit && abort) found.push(`changed-decision ${Math.max(commit.index, abort.index)}`);
    }
    const commit = decisions.find((event) => said(event).decision === 'commit');
    const abort = decisions.find((event) => said(event).decision === 'abort');
    if (commit && mine.some((event) => said(event).vote === 'no')) found.push(`commit-after-no ${commit.index}`);
    const own = asked.find((event) => event.key === key);
    const pair = own === undefined ? -1 : history.columns.pair[own.index]!;
    const end = pair < 0 ? undefined : events[pair];
    if (end?.type === 'ok' && end.applied !== false && abort) found.push(`acknowledged-but-aborted ${abort.index}`);
    if ((end?.type === 'fail' || end?.applied === false) && commit) found.push(`failed-but-visible ${commit.index}`);
    const doubtful = [...names].find((name) => first(name, 'yes') && !first(name, 'commit') && !first(name, 'abort'));
    if (complete && options['termination'] !== 'not-required' && doubtful) found.push(`in-doubt ${first(doubtful, 'yes')!.index}`);
  }
  return found;
}

const PARTICIPANTS = ['a', 'b', 'c'];

/** Of every four transactions one is voted against, and one more is aborted all the same. */
function* good(operations: number): Iterable<WrittenEvent> {
  for (let key = 0; key < operations; key++) {
    yield [key, 'invoke', 'transaction', null, { key }];
    for (const participant of PARTICIPANTS) yield say('vote', key, participant, key % 4 === 0 && participant === 'b' ? 'no' : 'yes');
    const decision = key % 4 < 2 ? 'abort' : 'commit';
    for (const participant of PARTICIPANTS) yield say('decision', key, participant, decision);
    if (key % 50 === 7) yield [key, 'info', 'transaction', null, { key }];
    else if (decision === 'commit') yield [key, 'ok', 'transaction', null, { key }];
    else yield [key, 'fail', 'transaction', null, { key, error: { code: 'aborted', message: '' } }];
  }
  yield ['observer:participants', 'info', 'complete', null];
}

function say(f: 'vote' | 'decision', key: number, participant: string, what: string): WrittenEvent {
  return ['observer:participants', 'info', f, { participant, [f]: what }, { key }];
}

/** Events of a transaction of `good`. */
const LENGTH = 2 + 2 * PARTICIPANTS.length;

/** Changes one transaction: of the kind 0 (voted against), 1 (aborted), 2 or 3 (committed). */
function change(kind: number, edit: (own: WrittenEvent[], key: number) => void): Injection {
  return (events, at) => {
    const begin = events.findIndex(([, type, , , extras], i) => {
      const key = extras?.key as number;
      return i >= at && type === 'invoke' && key % 4 === kind && key % 50 !== 7;
    });
    const own = events.slice(begin, begin + LENGTH);
    edit(own, own[0]![4]!.key as number);
    events.splice(begin, LENGTH, ...own);
  };
}

export const twoPhaseCommitTrial: LawTrial = {
  checker: twoPhaseCommit as Checker,
  options: [{}, { termination: 'not-required' }],
  random: (below) => {
    const clients = new RandomClients(below);
    let next = 0;
    const bias = below(2);
    clients.run(
      3 + below(16),
      () => ['transaction', null, { key: next++ }],
      () => [null],
      () => {
        const participant = ['a', 'b', 'c'][below(3)]!;
        const key = below(Math.max(1, Math.min(next, 3)));
        if (below(2) === 0) return [say('vote', key, participant, below(4) === 0 ? 'no' : 'yes')];
        return [say('decision', key, participant, below(6) === 0 ? 'abort' : bias === 0 ? 'commit' : 'abort')];
      },
    );
    if (below(3) > 0) clients.events.push(['observer:participants', 'info', 'complete', null]);
    return clients.events;
  },
  naive,
  good,
  goodOptions: {},
  injections: {
    // one decides otherwise, and nobody was told
    disagreement: change(1, (own, key) => {
      own[5] = say('decision', key, 'b', 'commit');
      own[7] = [own[7]![0], 'info', 'transaction', null, { key }];
    }),
    'changed-decision': change(1, (own, key) => {
      own.splice(4, 3, say('decision', key, 'a', 'abort'), say('decision', key, 'a', 'commit'));
      own.splice(2, 2);
      own[own.length - 1] = [own[0]![0], 'info', 'transaction', null, { key }];
    }),
    'commit-after-no': change(2, (own, key) => {
      own[2] = say('vote', key, 'b', 'no');
    }),
    'acknowledged-but-aborted': change(1, (own, key) => {
      own[7] = [own[7]![0], 'ok', 'transaction', null, { key }];
    }),
    'failed-but-visible': change(2, (own, key) => {
      own[7] = [own[7]![0], 'fail', 'transaction', null, { key, error: { code: 'aborted', message: '' } }];
    }),
    'in-doubt': change(2, (own) => own.splice(6, 1)),
  },
};
