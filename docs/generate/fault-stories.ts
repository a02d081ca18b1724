/** What each fault asks of a system, and what it stands for: the hand-written part of its page. */

export interface FaultStory {
  /** What the system must cope with. */
  readonly asks: string;
  /** Something that happened. */
  readonly standsFor: string;
}

export const FAULT_STORIES: Readonly<Record<string, FaultStory>> = {
  partition: {
    asks: 'Each side must find out that it hears only a part of the others. A side without a majority must stop answering, the other must go on, and after the heal both must agree on one history.',
    standsFor:
      'On 21 October 2018 GitHub’s network hub on the US East Coast was without its primary data centre for 43 seconds. Both coasts had taken writes by then, and the service was degraded for more than 24 hours. The topology `bridge` is the half-broken switch that Cloudflare had on 2 November 2020: two members of an etcd cluster no longer heard each other while the third heard both, and it elected leaders without end.',
  },
  'partition-one-way': {
    asks: 'A node that hears and is not heard, or the other way round, must not keep the others from working, and must not be kept as a leader because its heartbeats still arrive.',
    standsFor:
      'Network cards with a Broadcom BCM5709 that dropped all inbound packets and went on sending: the standby heard the heartbeats and never took over, for five hours (told in “The Network is Reliable”, Bailis and Kingsbury, 2014).',
  },
  'isolate-clients': {
    asks: 'The cluster believes that it is well, and its clients see something else: what they are told must be right all the same, and unknown where nobody told them anything.',
    standsFor:
      'Partial partitions, in which clients and servers see different parts of a system: 51 failures of 12 systems are taken apart in “Toward a Generic Fault Tolerance Technique for Partial Network Partitioning” (OSDI 2020).',
  },
  'response-loss': {
    asks: 'A request was carried out and its answer never came. Whoever asks again must not have it carried out twice, and whoever gives up must not take it for undone.',
    standsFor: 'The payment that is taken twice because the first answer was lost. Interfaces of payment providers take idempotency keys for this reason.',
  },
  delay: {
    asks: 'Time-outs that were chosen for a quick network must not turn a slow one into elections and retries without end.',
    standsFor: 'A link between regions instead of racks, or a busy one. etcd’s manual asks for another heartbeat and election time-out there.',
  },
  loss: {
    asks: 'Connections stay, and every now and then stand still for a retransmission: the slowest answers get much slower.',
    standsFor: 'Switches that silently drop a part of the packets that pass them: Microsoft’s Pingmesh finds them (SIGCOMM 2015).',
  },
  duplicate: {
    asks: 'TCP hides it. What speaks in datagrams must tell a repeat from a second message.',
    standsFor: 'Retransmissions whose first copy was only late, and loops in a network that is being reconfigured.',
  },
  reorder: {
    asks: 'TCP hides most of it, at the price of speed. What speaks in datagrams must not take a late message for a new one.',
    standsFor: 'Packets of one flow that take several paths, and routes that change while packets are under way.',
  },
  corrupt: {
    asks: 'Checksums of the network find the damaged packets, and they are lost. What gets through in the end must be whole.',
    standsFor:
      'One packet in 1,100 to 32,000 was seen to fail TCP’s checksum, on links whose own checksums should have found nearly all (Stone and Partridge, SIGCOMM 2000). On 20 July 2008 single bits turned over in messages between servers took Amazon S3 down for hours.',
  },
  bandwidth: {
    asks: 'What is to be copied after a failure must not drown what serves clients now.',
    standsFor:
      'On 21 April 2011 a change sent the traffic of Amazon EBS over a network of lower capacity. Storage nodes lost their replicas, all looked for new ones at once, and the rest of the network drowned in that.',
  },
  kill: {
    asks: 'What was acknowledged is there, the others go on without the node, and it finds its place again when it comes back.',
    standsFor: 'On 28 January 2016 a short loss of power restarted a quarter of GitHub’s servers in one data centre.',
  },
  restart: {
    asks: 'The node is back before anybody has noticed, and has forgotten what it only kept in memory: a vote, a lock, a promise.',
    standsFor: 'Supervisors that restart what crashed within a second, and rolling updates.',
  },
  pause: {
    asks: 'A node that was away for seconds does not know it. Its lease has run out, another has its place, and its next write must be refused.',
    standsFor:
      'Collections of garbage that stopped HBase’s region servers for longer than their session in ZooKeeper lasts: they came back and went on writing. “How to do distributed locking” (Kleppmann, 2016) tells why the resource itself must refuse them.',
  },
  freeze: {
    asks: 'As of a pause; but no system call returns early, no parent is told, and SIGCONT changes nothing, so nothing in the node can notice before it reads a clock.',
    standsFor: 'A virtual machine that is moved or snapshotted, and `docker pause`: both stop everything between two instructions.',
  },
  'clock-jump': {
    asks: 'Leases, expiry and the order of writes must not hang on the time of day, or must say that they do.',
    standsFor:
      'At midnight on 1 January 2017 a leap second made the time of day go backwards, and a part of Cloudflare’s DNS panicked on a negative duration. On 19 November 2012 two time servers of the US Naval Observatory told the year 2000.',
  },
  'clock-drift': {
    asks: 'Two nodes that measure the same lease must not come to different ends of it, within the bound that the system assumes.',
    standsFor: 'The Patriot battery at Dhahran, 25 February 1991: after 100 hours its clock was off by a third of a second, and it looked in the wrong place.',
  },
  'clock-strobe': {
    asks: 'Two readings in a row may go backwards: durations become negative, identifiers repeat, what expired lives again.',
    standsFor: 'A guest whose clock is set by its own NTP daemon and by the hypervisor, by turns, where the two disagree.',
  },
  'clock-freeze': {
    asks: 'Nothing expires on that node, and two events have the same time.',
    standsFor: 'A guest whose source of time stops while it is moved or restored.',
  },
  power: {
    asks: 'Only what was synced is there. Whatever was acknowledged must be among it, also when all nodes lose power at once.',
    standsFor: 'In August 2015 lightning struck the grid of Google’s europe-west1-b four times; recent writes on some of its disks were lost for good.',
  },
  'forced-promotion': {
    asks: 'Two nodes take themselves for primary. What both have acknowledged cannot be kept; a system with fencing lets one of them acknowledge nothing.',
    standsFor: 'An operator, or a script, that takes silence for death: GitHub’s orchestration promoted databases in another region on 21 October 2018.',
  },
  leave: {
    asks: 'Those that stay go on with a smaller majority, and the one that left must not disturb them: it may never have been told. When it comes back it begins with nothing, and must not vote as if it knew what it knew before.',
    standsFor:
      'Machines that are taken out for maintenance. Raft’s changes of one member at a time, as first published, let two leaders each commit one that did not overlap with the other’s (Ongaro, raft-dev, July 2015).',
  },
  join: {
    asks: 'A voter with an empty log counts from its first moment: until it has caught up, the others can spare nobody.',
    standsFor:
      'The usual order of operators before there were learners: etcd’s documentation of learners (3.4) tells of clusters that lost their quorum because a new member was slow, or was announced with a wrong address.',
  },
  replace: {
    asks: 'A machine is gone with all that it had, and another takes its place under the same address. Messages to the old one must not be taken for its own.',
    standsFor: 'The commonest change of members there is: a disk or a machine dies and is replaced while the service goes on.',
  },
  promote: {
    asks: 'A learner is sent everything and decides nothing. Its promotion is a change of voters like any other.',
    standsFor: 'Rolling replacement as Raft’s authors and etcd advise it: the newcomer catches up before it counts.',
  },
  failover: {
    asks: 'The new primary must have all that was acknowledged by the old one.',
    standsFor:
      'In September 2012 GitHub failed over to a MySQL server that was behind. Identifiers were given out a second time, and some private repositories were shown to others for minutes.',
  },
  'disk-full': {
    asks: 'Writes must be refused and said to be refused, nothing half written may be taken for whole, and room must be enough to go on.',
    standsFor: 'In August 2023 servers at Toyota ran out of disk space during maintenance, and fourteen plants stood still for a day.',
  },
  'disk-slow': {
    asks: 'One slow disk must not make the whole cluster as slow as it is, nor cost its node the leadership over and over.',
    standsFor: 'Hardware that gets slow instead of failing: 101 reports of it are collected in “Fail-Slow at Scale” (FAST 2018).',
  },
  'disk-error': {
    asks: 'An error that was reported once must not be forgotten: what a failed fsync was to keep is not kept by the next one that succeeds.',
    standsFor:
      'PostgreSQL’s “fsyncgate”, 2018: after a failed fsync the kernel took the pages for clean, the next fsync succeeded, and twenty years of code had believed it.',
  },
  'disk-lie': {
    asks: 'No single node can survive it together with a loss of power: what it acknowledged must be on others as well.',
    standsFor: 'Thirteen of fifteen SSDs lost or damaged data when their power was cut, “Understanding the Robustness of SSDs under Power Fault” (FAST 2013).',
  },
  'disk-corrupt': {
    asks: 'What is read must be checked before it is believed, and a damaged copy be mended from a whole one, never the other way round.',
    standsFor: 'Over 400,000 checksum mismatches on 1.53 million disks in 41 months (Bairavasundaram and others, FAST 2008).',
  },
  'cpu-quota': {
    asks: 'The node lives, answers late, and is late with its heartbeats: it must be either in time or replaced.',
    standsFor: 'Neighbours on the same machine, and quotas of containers. Until Linux 5.4 the kernel throttled programs that had used less than their quota.',
  },
  'process-limit': {
    asks: 'A program that starts a thread for each request or peer must refuse what it cannot serve and go on with what it can.',
    standsFor: 'On 25 November 2020 Amazon Kinesis added servers, and each front-end server then needed more threads than its system allowed.',
  },
  'memory-limit': {
    asks: 'The node may be killed in the middle of anything, by nobody who knows it. What it acknowledged must be there, and whoever starts it again must not find it killed by the same load at once.',
    standsFor: 'The kernel’s OOM killer, and limits of memory of containers: the most common reason for a container to be restarted with exit code 137.',
  },
  'descriptor-limit': {
    asks: 'Nobody new is served, files cannot be opened, and the node still looks alive to those who hold a connection.',
    standsFor: 'Leaked connections under the old limit of 1,024; manuals of most databases ask to raise it.',
  },
};
