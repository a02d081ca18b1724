/** Proof of limits (rule 13): a witness that joins the node's group and wants what is limited; somebody who connects to the node. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Clock, NodeId, Ns, ResourceParams } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import type { NodeProcesses } from '../process-signals/node-processes.ts';
import { type NodeGroup, timesOutOfMemory, timesThrottled } from './control-groups.ts';

export interface ResourceQuestion {
  readonly processes: Pick<NodeProcesses, 'contact' | 'state'>;
  readonly clock: Clock;
  readonly node: NodeId;
  readonly type: ResourceParams['type'];
  readonly group: NodeGroup;
  readonly expect: 'applied' | 'undone';
  /** The limit of memory that is asked after. */
  readonly bytes?: number;
  /** Another active change limits the same. */
  readonly held: boolean;
  /** Asked for what we know is not so. */
  readonly hurried: boolean;
}

interface Sighting {
  readonly holds: boolean;
  readonly measured: string;
}

const GLANCE = ms(400);
const PATIENCE = ms(3_500);
const POLL = ms(50);
const SPIN = 'echo $$ > "$0" && while :; do :; done';
/** The second command keeps the shell from running the first in its own place. */
const FORK = 'echo $$ > "$0" && ( : ) && echo forked';

/** It is the first to die where memory is short, and holds more than it may have: `tail` keeps all that it is to print. */
const HOARD = 'echo 1000 > /proc/self/oom_score_adj; echo $$ > "$0" && head -c "$1" /dev/zero | tail -c "$1" | wc -c';
const MORE_THAN_ALLOWED = 16 << 20;

/** Rejects when the group is gone. */
export async function probeResource(question: ResourceQuestion): Promise<Sighting> {
  const { expect, held } = question;
  const { limited, measured } = await LOOKS[question.type](question);
  if (expect === 'applied') return { holds: limited, measured };
  return { holds: !limited || held, measured: held ? `${measured}; another change wants it so` : measured };
}

interface Look {
  readonly limited: boolean;
  readonly measured: string;
}

const LOOKS: Readonly<Record<ResourceParams['type'], (question: ResourceQuestion) => Promise<Look> | Look>> = {
  /** The witness spins in the node's group: the kernel keeps it from the processors, or it does not. */
  async cpu({ clock, group, expect, hurried }) {
    const before = timesThrottled(group);
    const witness = spawn('sh', ['-c', SPIN, join(group.folders.cpu ?? '', 'cgroup.procs')], { stdio: 'ignore' });
    const gone = new Promise<void>((resolve) => {
      witness.once('exit', () => resolve());
      witness.once('error', () => resolve());
    });
    const end = clock.now() + (expect === 'applied' && !hurried ? PATIENCE : GLANCE);
    let throttled = 0;
    do {
      await clock.sleep(POLL);
      throttled = timesThrottled(group) - before;
    } while (throttled === 0 && clock.now() < end);
    witness.kill('SIGKILL');
    await gone;
    return { limited: throttled > 0, measured: `a witness that spins was kept from the processors ${throttled} times` };
  },
  processes({ group }) {
    const patience = { timeout: 5_000, killSignal: 'SIGKILL' } as const;
    const { stdout, signal } = spawnSync('sh', ['-c', FORK, join(group.folders.pids ?? '', 'cgroup.procs')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      ...patience,
    });
    // whoever freezes the group has frozen the witness as well
    if (signal !== null) return { limited: false, measured: 'a witness came to nothing' };
    const forked = stdout.includes('forked');
    return { limited: !forked, measured: `a witness could ${forked ? '' : 'not '}start a process` };
  },
  /** The witness wants more than the limit: the kernel kills it for that, or it does not. */
  async memory({ group, bytes = 0 }) {
    const before = timesOutOfMemory(group);
    const size = String(bytes + MORE_THAN_ALLOWED);
    const held = await said('sh', ['-c', HOARD, join(group.folders.memory ?? '', 'cgroup.procs'), size]);
    const killed = timesOutOfMemory(group) - before;
    return {
      limited: held.trim() !== size && killed > 0,
      measured: `a witness held ${held.trim() || 0} of ${size} bytes, ${killed} killed for want of memory`,
    };
  },
  /** Who can open nothing more takes no connection either. */
  async descriptors({ processes, node, clock, expect, hurried }) {
    const end = clock.now() + (expect === 'undone' && !hurried ? PATIENCE : GLANCE);
    for (;;) {
      const { reply } = await processes.contact(node, Math.max(GLANCE, end - clock.now()) as Ns);
      const limited = reply !== 'answered' && processes.state(node) !== 'stopped';
      if (!limited || expect === 'applied' || clock.now() >= end) return { limited, measured: `a new connection was ${reply}` };
      await clock.sleep(POLL);
    }
  },
};

/** What a command prints, however it ends. */
function said(command: string, argv: readonly string[]): Promise<string> {
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.once('close', () => resolve(text));
    child.once('error', () => resolve(text));
  });
}
