/** How host kinds do what faults need, how it is seen, how it is undone: for the pages of single faults. A test compares it with what hosts say. */

export interface Mechanism {
  /** Host kind → how it is done there. Hosts that are not named cannot. */
  readonly on: Readonly<Record<string, string>>;
  readonly seen: string;
  readonly undone: string;
}

const WATCHDOG = 'After a kill -9 of the harness its watchdog does so, and `ordeal heal` after that.';

const cuts: Mechanism = {
  on: {
    sim: 'the simulated network drops the messages of the link',
    process: 'the link proxy stops reading what comes from the one for the other, whoever dialled; over a cut link no new connection is answered',
    netns: 'one nft set in the bridge family of the switch namespace, written whole in one transaction',
    docker: 'a table of nft in the network namespace of each node, which outlives restarts of its container',
    ssh: 'a table of nft on each machine, which spares the connection that we hold it by',
  },
  seen: 'Messages are sent over the cut links and over untouched ones, in every direction: none may arrive over the former, all must over the latter.',
  undone: `The set is written again without the link, the proxy reads on; then all messages must arrive. ${WATCHDOG} On \`ssh\` each machine undoes it by itself when it has not heard of the harness for a while.`,
};

const table =
  'a table of nft in the namespace of each node answers what leaves for the other end with a reset (or that its port is unreachable), and what comes from clients';
const refusals: Mechanism = {
  on: { process: 'the link proxy resets who dials over the link at once, and who sends over a connection that stood', netns: table, docker: table },
  seen: 'Somebody dials anew over the link and says something over a connection that stood before: both must end at once, where silence would keep them; over an untouched link one is answered and the other stands.',
  undone: `The table goes, the proxy lets pass; then all messages must arrive. ${WATCHDOG}`,
};

const breaking = 'the set of cuts is written, then the kernel breaks the connections between the ends (`ss -K`), at both of them';
const breaks: Mechanism = {
  on: { process: 'the link proxy is told of the cut, then resets the connections between the ends', netns: breaking, docker: breaking },
  seen: 'A connection that stood before must have ended, and who dials anew must hear nothing; over an untouched link one stands and the other is answered.',
  undone: cuts.undone,
};

const signals = (sim: string, elsewhere: string, seen: string, undone: string): Mechanism => ({
  on: { sim, process: elsewhere, netns: elsewhere, docker: elsewhere, ssh: `${elsewhere}, by a keeper on the machine` },
  seen,
  undone: `${undone} ${WATCHDOG}`,
});

const patch = "the vDSO of the node's own processes is patched: what they are told of the time changes, the machine's clock does not";
const clocks: Mechanism = {
  on: { sim: "the node's simulated clock is set", process: patch, netns: patch, docker: patch },
  seen: "The node's clock is read from the node's own process, beside the true time, over a while; on `sim` by the node's program.",
  undone: `The clock tells the true time again, the entry points of the vDSO get their old bytes, and the clock is read once more. ${WATCHDOG} A patch dies with its process, and is made again when the node starts inside the window.`,
};

const fuse = 'a process of ours keeps a FUSE file system over the folder of the node’s data';
const disks = (how: string, sim?: string): Mechanism => ({
  on: { ...(sim !== undefined && { sim }), process: `${fuse}, and ${how}`, netns: `${fuse}, and ${how}` },
  seen: 'A witness uses the disk as any program does, with files of its own beside those of the node, and says what came of it.',
  undone: `The disk is told to behave, and the witness must find that it does. ${WATCHDOG} When the keeper of the disks ends, they are unmounted.`,
});

const group = 'a control group of the node’s own (version 1 or 2)';
const groups = (how: string, seen: string): Mechanism => ({
  on: { process: `${group}, ${how}`, netns: `${group}, ${how}` },
  seen,
  undone: `The limit is lifted and the witness tries again; a node that died of want is started again. The group goes with the run. ${WATCHDOG}`,
});

const power = `${fuse} and keeps what each unsynced write replaced; the node is killed, the disk unmounted, what was not synced put back`;

/** Capability → mechanism. */
export const MECHANISMS: Readonly<Record<string, Mechanism>> = {
  'net.cut': cuts,
  'net.cut.oneway': cuts,
  'net.cut.reject': refusals,
  'net.cut.reset': breaks,
  'net.lose-replies': {
    on: { process: 'the link proxy lets requests pass and throws away what comes back on the connection that carried them' },
    seen: 'A question is asked that must arrive and must not be answered; over an untouched link it must be.',
    undone: `The proxy lets answers pass again; connections with a gap are reset, since what follows a gap would be taken for something else. ${WATCHDOG}`,
  },
  'net.shape': {
    on: Object.fromEntries(
      ['netns', 'docker'].map((host) => [
        host,
        'the kernel’s netem, in a class of its own for each destination, where the kernel has it; else a route leads the packets of the link into a TUN device, and a process of ours drops, holds, doubles or damages them and writes them to the device of the node that they are for',
      ]),
    ),
    seen: 'Some hundred datagrams are sent over the link and counted, timed and compared where they arrive, beside those over an untouched link.',
    undone: `The route goes, and the same datagrams must arrive whole. ${WATCHDOG} When the process of the detour ends, however it ends, devices and routes vanish; queues of netem are deleted.`,
  },
  'process.kill': signals(
    'the node is stopped at once; its program, its timers and its messages are gone',
    'SIGKILL to the node’s processes',
    'The process is gone by the kernel’s account, and a connection to the node is refused.',
    'The node is started again, and must answer.',
  ),
  'process.pause': signals(
    'the node gets no turn; what arrives waits',
    'SIGSTOP to the node’s processes',
    'Somebody speaks to the node and hears nothing; meanwhile the node spends no processor time, and all its threads stand.',
    'SIGCONT; the node must answer.',
  ),
  'process.freeze': {
    on: Object.fromEntries(['process', 'netns'].map((host) => [host, `the freezer of ${group}`])),
    seen: 'Somebody speaks to the node and hears nothing; meanwhile the node spends no processor time, and the kernel counts all that is in the group as frozen.',
    undone: `The group is thawed; the node must answer. ${WATCHDOG} A frozen node that is killed is thawed as it dies.`,
  },
  'process.power-loss': {
    on: { sim: 'the simulated disk forgets what was not synced', process: power, netns: power },
    seen: 'The process is gone, and of a file that a witness had written and not synced nothing is there.',
    undone: `The disk is mounted again over what was synced, the node started on it, and must answer. ${WATCHDOG}`,
  },
  'clock.jump': clocks,
  'clock.drift': clocks,
  'clock.strobe': clocks,
  'clock.freeze': clocks,
  'disk.full': disks('answers writes with ENOSPC', 'the simulated disk refuses writes'),
  'disk.slow': disks('answers reads, writes and fsyncs late', 'the simulated disk answers late'),
  'disk.error': disks('answers a share of the chosen operations with EIO'),
  'disk.lying-fsync': disks('answers fsyncs without doing them'),
  'disk.corrupt': disks('stores a share of the writes with one bit turned over'),
  'resources.cpu': groups('with a quota of processor time', 'A witness that spins joins the group: the kernel must keep it from the processors.'),
  'resources.processes': groups('with a most of processes', 'A witness joins the group and tries to start a process.'),
  'resources.memory': groups(
    'with a most of bytes',
    'A witness joins the group and wants more than the limit, as the first to be killed for it: the kernel must kill it, by its own account too.',
  ),
  'resources.descriptors': {
    on: Object.fromEntries(['process', 'netns'].map((host) => [host, 'the soft limit of open files of each of the node’s processes (prlimit)'])),
    seen: 'Somebody connects anew and is not answered.',
    undone: `The old limit is set again, and a new connection must be answered; a node that died of want is started again. ${WATCHDOG}`,
  },
  'member.promote': {
    on: {},
    seen: 'The members are asked over a path that no fault cuts: the one that was chosen takes itself for primary.',
    undone: 'No other member takes itself for primary any more, and all follow the new one.',
  },
  'member.change': {
    on: {},
    seen: 'The cluster is asked who its members are, over a path that no fault cuts, in a way that a majority of them must agree to: who was to leave is not among them, who was to come is another member than before.',
    undone:
      'Every node becomes a voting member again, wiped where it was out, and must serve. A request without an answer may still take effect: it is asked after until the cluster has settled it, and other faults are undone first, since it takes a majority. Who is a member is known to the cluster alone: after a kill -9 of the harness its nodes end with it, and there is nothing left to undo.',
  },
  'member.learn': {
    on: {},
    seen: 'The cluster says of the new member that it is a learner.',
    undone: 'It is promoted as soon as it has caught up.',
  },
};
