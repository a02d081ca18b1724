/**
 * Proof of kills and pauses (rule 13): somebody speaks to the node over a path without faults, and the kernel's account
 * says whether the process ran to answer.
 */
import type { Clock, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { ms, NS_PER_S } from '../../../harness/time/units.ts';
import type { ProcessWish } from '../desired-state.ts';
import type { ProcessIdentity } from '../procfs/processes.ts';
import type { Contact, NodePower, NodeProcesses } from './node-processes.ts';
import type { Signals } from './signals.ts';

/** How long a paused node is given to answer, which it must not. */
const SILENCE = ms(300);
const ATTEMPT = ms(1_000);
const PAUSE = ms(50);

export interface ProcessQuestion {
  readonly processes: NodeProcesses;
  readonly signals: Pick<Signals, 'account'>;
  readonly clock: Clock;
  readonly node: NodeId;
  readonly expect: 'applied' | 'undone';
  /** What all active changes together want of the process; for `undone`, all but this one. */
  readonly wish: ProcessWish;
  /** How long a node that came back may take to answer. */
  readonly patience: Ns;
  /** The process as it was before the change. */
  readonly before: ProcessIdentity | undefined;
}

interface Sighting {
  readonly holds: boolean;
  readonly measured: string;
}

/** Paused: no answer, no processor time spent although spoken to, all threads stopped. */
export async function probePause(question: ProcessQuestion): Promise<Sighting> {
  if (question.expect === 'undone') return probeUndone(question);
  const { processes, signals, node, wish } = question;
  if (wish === 'down') return { holds: false, measured: 'down by another change, so not paused' };
  const process = processes.identity(node);
  if (process === undefined) return { holds: false, measured: 'not running' };
  const before = (await signals.account(node, process)).spentNs;
  const { reply } = await processes.contact(node, SILENCE);
  const { spentNs: after, stands } = await signals.account(node, process);
  // Without /proc the silence is all there is to see.
  const unaccounted = process.startTime === '';
  const still = unaccounted || (before !== undefined && after === before);
  const stopped = unaccounted || stands;
  const account = before === undefined || after === undefined ? 'no account of its processor time' : `${after - before} ns of processor time meanwhile`;
  return {
    holds: reply !== 'answered' && still && stopped,
    measured: `${reply} when spoken to, ${account}, ${unaccounted ? 'state unknown' : stopped ? 'stopped' : 'not stopped'}`,
  };
}

/** Killed: the process that was there is gone, and nobody listens. */
export async function probeKill(question: ProcessQuestion): Promise<Sighting> {
  if (question.expect === 'undone') return probeUndone(question);
  const { processes, signals, node, before } = question;
  const gone = before === undefined || !(await signals.account(node, before)).alive;
  // a refusal is an answer: on a busy machine it may take its time to be seen
  const { reply } = await processes.contact(node, ATTEMPT);
  return {
    holds: gone && reply === 'refused',
    measured: `${before === undefined ? 'was down before' : `process ${before.pid} ${gone ? 'gone' : 'alive'}`}, connection ${reply}`,
  };
}

/** Killed, and what an observer had not synced on its disk is gone. */
export async function probePowerLoss(question: ProcessQuestion, power: NodePower | undefined, change: string): Promise<Sighting> {
  const killed = await probeKill(question);
  const lost = (await power?.sighting(question.node, change)) ?? { holds: false, measured: 'its disk cannot forget' };
  return { holds: killed.holds && lost.holds, measured: `${killed.measured}, ${lost.measured}` };
}

/** Back: it answers. Where another change still holds the node, this one has nothing left to show. */
async function probeUndone({ processes, clock, node, wish, patience }: ProcessQuestion): Promise<Sighting> {
  if (wish !== 'run') return { holds: true, measured: `still ${wish === 'down' ? 'down' : 'paused'} by another change` };
  const end = clock.now() + patience;
  let contact: Contact;
  do {
    contact = await processes.contact(node, ATTEMPT);
    if (contact.reply === 'answered') return { holds: true, measured: 'answers' };
    await clock.sleep(PAUSE);
  } while (clock.now() < end);
  return { holds: false, measured: `${contact.reply} for ${patience / NS_PER_S} s` };
}
