/** What each fault asks of a system, and what it stands for: the hand-written part of its page. */

/** Where a story is told by those who were there, or who measured. */
export interface Source {
  readonly title: string;
  readonly url: string;
}

export interface FaultStory {
  /** What the system must cope with. */
  readonly asks: string;
  /** Something that happened, with nothing in it that its sources do not say. */
  readonly standsFor: string;
  readonly sources: readonly [Source, ...Source[]];
}

const GITHUB_2018: Source = { title: 'GitHub: October 21 post-incident analysis', url: 'https://github.blog/2018-10-30-oct21-post-incident-analysis/' };

const ETCD_LEARNER: Source = { title: 'etcd: design of learners', url: 'https://etcd.io/docs/v3.4/learning/design-learner/' };
const ETCD_RECONFIGURATION: Source = { title: 'etcd: runtime reconfiguration', url: 'https://etcd.io/docs/v3.4/op-guide/runtime-configuration' };

export const FAULT_STORIES: Readonly<Record<string, FaultStory>> = {
  partition: {
    asks: 'Each side must find out that it hears only a part of the others. A side without a majority must stop answering, the other must go on, and after the heal both must agree on one history.',
    standsFor:
      'On 21 October 2018 GitHub’s network hub on the US East Coast was without its primary data centre for 43 seconds. Afterwards the databases on both coasts held writes that the other side had not, and the service was degraded for 24 hours and 11 minutes. The topology `bridge` is the half-broken switch that Cloudflare had on 2 November 2020: one of three members of an etcd cluster and its leader no longer heard each other, the third heard both, and elections without a result kept the cluster from writing until the switch recovered.',
    sources: [
      GITHUB_2018,
      { title: 'Cloudflare: A Byzantine failure in the real world', url: 'https://blog.cloudflare.com/a-byzantine-failure-in-the-real-world/' },
    ],
  },
  'partition-one-way': {
    asks: 'A node that hears and is not heard, or the other way round, must not keep the others from working, and must not be kept as a leader because its heartbeats still arrive.',
    standsFor:
      'A network card with a Broadcom BCM5709 suddenly dropped what came in and went on sending: the standby heard the heartbeats and never took over, for five hours (“The Network is Reliable”, Bailis and Kingsbury, 2014).',
    sources: [
      { title: 'Bailis and Kingsbury: The Network is Reliable', url: 'https://queue.acm.org/detail.cfm?id=2655736' },
      { title: 'The report on the netdev list', url: 'http://www.spinics.net/lists/netdev/msg210485.html' },
    ],
  },
  flapping: {
    asks: 'A link that comes back is no link to rely on. Elections must not follow one another without end, and whoever reconnects must not count half an answer as a whole one.',
    standsFor:
      'A degraded cable in a bundle of links, April 2025: it came up and went down, the bundle was negotiated anew each time, and all traffic of a hosting provider’s firewalls stopped, while the pair of them saw one another over other links and nothing failed over.',
    sources: [{ title: 'CloudSpace: incident write-up', url: 'https://status.cloudspaceuk.co.uk/incidents/01JR86RMSV2VCDZ4TQ0AASN2H9/write-up' }],
  },
  'isolate-clients': {
    asks: 'The cluster believes that it is well, and its clients see something else: what they are told must be right all the same, and unknown where nobody told them anything.',
    standsFor:
      'On 4 October 2021 Facebook’s name servers were running and nobody could reach them: cut off from the data centres, they had withdrawn their own routes. Where one part of a system hears what another does not, a partition is partial; a study at OSDI 2020 takes apart 51 failures of 12 systems under such partitions.',
    sources: [
      { title: 'Facebook: More details about the October 4 outage', url: 'https://engineering.fb.com/2021/10/05/networking-traffic/outage-details/' },
      {
        title: 'Alfatafta and others: Toward a Generic Fault Tolerance Technique for Partial Network Partitioning',
        url: 'https://www.usenix.org/conference/osdi20/presentation/alfatafta',
      },
      { title: 'The same study in short, with its counts', url: 'https://wasl.uwaterloo.ca/projects/nifty/' },
    ],
  },
  'response-loss': {
    asks: 'A request was carried out and its answer never came. Whoever asks again must not have it carried out twice, and whoever gives up must not take it for undone.',
    standsFor:
      'A connection breaks after the payment and before its answer: Stripe’s interface takes an idempotency key so that whoever asks again does not pay twice. What it is like where nothing remembers the first attempt was seen at Twilio on 18 July 2013: payments went through, the balance did not show them, and the same cards were charged again and again.',
    sources: [
      { title: 'Stripe: Idempotent requests', url: 'https://docs.stripe.com/api/idempotent_requests' },
      { title: 'Stripe: Designing robust and predictable APIs with idempotency', url: 'https://stripe.com/blog/idempotency' },
      {
        title: 'Twilio: Billing incident post-mortem',
        url: 'https://www.twilio.com/blog/2013/07/billing-incident-post-mortem-breakdown-analysis-and-root-cause.html',
      },
    ],
  },
  delay: {
    asks: 'Time-outs that were chosen for a quick network must not turn a slow one into elections and retries without end.',
    standsFor:
      'After the primaries of GitHub’s databases had moved to the West Coast on 21 October 2018, applications in the East could not cope with a trip across the country for most of their calls. etcd’s manual asks for other heartbeat and election time-outs where members are in several data centres.',
    sources: [GITHUB_2018, { title: 'etcd: Tuning', url: 'https://etcd.io/docs/v3.5/tuning' }],
  },
  loss: {
    asks: 'Connections stay, and every now and then stand still for a retransmission: the slowest answers get much slower.',
    standsFor:
      'Packets are lost and no counter of a switch says so: Microsoft’s Pingmesh saw the loss in a data centre rise from at most one packet in 10,000 to two in 1,000, and found pairs of servers that lost 1 to 2 %; traceroute between these led to one spine switch (SIGCOMM 2015).',
    sources: [{ title: 'Guo and others: Pingmesh', url: 'https://conferences.sigcomm.org/sigcomm/2015/pdf/papers/p139.pdf' }],
  },
  duplicate: {
    asks: 'TCP hides it. What speaks in datagrams must tell a repeat from a second message.',
    standsFor:
      'Vern Paxson found 66 packets that the network had doubled in 20,000 transfers over the internet, and tells of traces with more than one doubled packet in ten, the work of a wrongly configured bridge (1997).',
    sources: [{ title: 'Paxson: End-to-End Internet Packet Dynamics', url: 'https://people.eecs.berkeley.edu/~sylvia/cs268-2019/papers//pktdynamics.pdf' }],
  },
  reorder: {
    asks: 'TCP hides most of it, at the price of speed. What speaks in datagrams must not take a late message for a new one.',
    standsFor:
      'Links and routers that do their work in parallel reorder packets without anything being broken, and more often than had been thought (Bennett, Partridge and Shectman, 1999).',
    sources: [
      {
        title: 'Bennett, Partridge and Shectman: Packet reordering is not pathological network behavior',
        url: 'https://scilit.net/publications/3e22e03f7ee5e8d4f36635624d9474a1',
      },
    ],
  },
  corrupt: {
    asks: 'Checksums of the network find the damaged packets, and they are lost. What gets through in the end must be whole.',
    standsFor:
      'One packet in 1,100 to 32,000 was seen to fail TCP’s checksum, on links whose own checksums should have let through one error in four billion (Stone and Partridge, SIGCOMM 2000). On 20 July 2008 a handful of messages between servers of Amazon S3 had one wrong bit each and could still be read; what they said spread, and S3 was down for about eight hours.',
    sources: [
      { title: 'Stone and Partridge: When the CRC and TCP checksum disagree', url: 'https://dl.acm.org/doi/10.1145/347059.347561' },
      { title: 'Amazon S3 Availability Event: July 20, 2008', url: 'https://status.aws.amazon.com/s3-20080720.html' },
    ],
  },
  bandwidth: {
    asks: 'What is to be copied after a failure must not drown what serves clients now.',
    standsFor:
      'On 21 April 2011 a change sent the traffic of Amazon EBS over a network of lower capacity, and storage nodes lost touch with their replicas. When it was taken back, all of them looked for room for new ones at once; there was not enough, and 13 % of the volumes of the zone were stuck in the search.',
    sources: [{ title: 'Amazon: Summary of the EC2 and RDS service disruption', url: 'https://aws.amazon.com/message/65648/' }],
  },
  kill: {
    asks: 'What was acknowledged is there, the others go on without the node, and it finds its place again when it comes back.',
    standsFor:
      'On 28 January 2016 a brief disturbance of the power rebooted a little over a quarter of the servers in GitHub’s primary data centre; GitHub was away for two hours and six minutes.',
    sources: [{ title: 'GitHub: January 28th incident report', url: 'https://github.blog/2016-02-03-january-28th-incident-report/' }],
  },
  restart: {
    asks: 'The node is back before anybody has noticed, and has forgotten what it only kept in memory: a vote, a lock, a promise.',
    standsFor:
      'A Redis primary that keeps nothing on disk and is restarted before Sentinel has noticed comes back empty, and its replicas make themselves exact copies of that. Redis’s manual warns of it.',
    sources: [{ title: 'Redis: Replication, on safety without persistence', url: 'https://redis.io/topics/replication' }],
  },
  pause: {
    asks: 'A node that was away for seconds does not know it. Its lease has run out, another has its place, and its next write must be refused.',
    standsFor:
      'A region server of HBase that stopped for a garbage collection could be taken for dead, wake while its log was already being divided among others, and write on: that write was lost (HBASE-2312, 2010). “How to do distributed locking” (Kleppmann, 2016) tells why the resource itself must refuse such a write.',
    sources: [
      { title: 'HBASE-2312', url: 'https://issues.apache.org/jira/browse/HBASE-2312' },
      { title: 'Kleppmann: How to do distributed locking', url: 'https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html' },
    ],
  },
  freeze: {
    asks: 'As of a pause; but no system call returns early, no parent is told, and SIGCONT changes nothing, so nothing in the node can notice before it reads a clock.',
    standsFor:
      'Azure pauses virtual machines, with their memory kept, to renew what they run on: mostly for less than 10 seconds, rarely for 30. `docker pause` uses the freezer of control groups because a process can observe SIGSTOP, and cannot observe this.',
    sources: [
      { title: 'Azure: Maintenance for virtual machines', url: 'https://docs.microsoft.com/en-us/azure/virtual-machines/maintenance-and-updates' },
      { title: 'Docker: docker container pause', url: 'https://docs.docker.com/engine/reference/commandline/pause/' },
    ],
  },
  'clock-jump': {
    asks: 'Leases, expiry and the order of writes must not hang on the time of day, or must say that they do.',
    standsFor:
      'At midnight UTC on 1 January 2017 a leap second made a duration in Cloudflare’s DNS software negative, and it panicked. On 19 November 2012 tick and tock, time servers of the US Naval Observatory, were twelve years behind for a while; clocks that followed them said 2000.',
    sources: [
      {
        title: 'Cloudflare: How and why the leap second affected Cloudflare DNS',
        url: 'https://blog.cloudflare.com/how-and-why-the-leap-second-affected-cloudflare-dns/',
      },
      { title: 'time-nuts list: Year 2000?', url: 'https://lists.febo.com/pipermail/time-nuts_lists.febo.com/2012-November/054293.html' },
    ],
  },
  'clock-drift': {
    asks: 'Two nodes that measure the same lease must not come to different ends of it, within the bound that the system assumes.',
    standsFor:
      'The Patriot battery at Dhahran, 25 February 1991: after 100 hours the time that it computed from its clock was off by a third of a second, it looked in the wrong place, and the missile that it missed killed 28 people.',
    sources: [{ title: 'General Accounting Office: Patriot Missile Defense, IMTEC-92-26', url: 'http://fas.org/spp/starwars/gao/im92026.htm' }],
  },
  'clock-strobe': {
    asks: 'Two readings in a row may go backwards: durations become negative, identifiers repeat, what expired lives again.',
    standsFor:
      'A guest under VMware whose clock ntpd had set right, and which VMware’s tools regularly set wrong again, from a host whose clock was off (2018). VMware’s manual asks for one way of setting the clock only.',
    sources: [
      { title: 'open-vm-tools: libtimeSync syncs time from hypervisor to vm, even when disabled', url: 'https://github.com/vmware/open-vm-tools/issues/302' },
      {
        title: 'VMware Tools: Periodic time synchronization',
        url: 'https://docs.vmware.com/en/VMware-Tools/11.2.5/com.vmware.vsphere.vmwaretools.doc/GUID-C0D8326A-B6E7-4E61-8470-6C173FDDF656.html',
      },
    ],
  },
  'clock-freeze': {
    asks: 'Nothing expires on that node, and two events have the same time.',
    standsFor:
      'In the virtual machine of Docker for Mac time stood still while the computer slept: containers woke with the time at which the lid had been closed, and somebody’s memcached expired its entries wrongly (2016).',
    sources: [
      { title: 'docker/for-mac: Time drift caused by system sleep', url: 'https://github.com/docker/for-mac/issues/17' },
      { title: 'docker/for-mac: Container clocks dont advance when a Mac host resumes', url: 'https://github.com/docker/for-mac/issues/918' },
    ],
  },
  power: {
    asks: 'Only what was synced is there. Whatever was acknowledged must be among it, also when all nodes lose power at once.',
    standsFor:
      'On 13 August 2015 lightning struck the grid of Google’s europe-west1-b four times; storage was without power for a moment, and on a very small part of the disks data that had just been written was lost for good.',
    sources: [{ title: 'Google Compute Engine incident 15056', url: 'https://status.cloud.google.com/incident/compute/15056' }],
  },
  'forced-promotion': {
    asks: 'Two nodes take themselves for primary. What both have acknowledged cannot be kept; a system with fencing lets one of them acknowledge nothing.',
    standsFor:
      'A script that takes silence for death: on 21 October 2018 GitHub’s Orchestrator made databases on the West Coast primaries, while those on the East Coast were only out of reach and held writes that had not been copied, 954 in one of the busiest clusters.',
    sources: [GITHUB_2018],
  },
  failover: {
    asks: 'The new primary must have all that was acknowledged by the old one.',
    standsFor:
      'On 11 September 2012 GitHub’s cluster manager made a MySQL server primary that was known to be behind. What Redis kept by MySQL’s ids no longer agreed with it: events appeared to the wrong users, and 16 private repositories were open to others for seven minutes.',
    sources: [{ title: 'GitHub: GitHub availability this week', url: 'https://github.blog/2012-09-14-github-availability-this-week/' }],
  },
  leave: {
    asks: 'Those that stay go on with a smaller majority, and the one that left must not disturb them: it may never have been told. When it comes back it begins with nothing, and must not vote as if it knew what it knew before.',
    standsFor:
      'Machines that are taken out for maintenance. Raft’s changes of one member at a time, as first published, let two leaders each commit one that did not overlap with the other’s, as its author found in 2015.',
    sources: [{ title: 'The cases of Ongaro’s post, retold', url: 'https://roastidio.us/topic/10998507' }, ETCD_RECONFIGURATION],
  },
  join: {
    asks: 'A voter with an empty log counts from its first moment: until it has caught up, the others can spare nobody.',
    standsFor:
      'The usual order of operators before there were learners: etcd’s design of learners (3.4) tells how a new member that is far behind, or announced with a wrong address, costs a cluster its quorum.',
    sources: [ETCD_LEARNER],
  },
  replace: {
    asks: 'A machine is gone with all that it had, and another takes its place under the same address. Messages to the old one must not be taken for its own.',
    standsFor: 'The commonest change of members there is: a disk or a machine dies and is replaced while the service goes on.',
    sources: [ETCD_RECONFIGURATION],
  },
  promote: {
    asks: 'A learner is sent everything and decides nothing. Its promotion is a change of voters like any other.',
    standsFor: 'Rolling replacement as etcd advises it: the newcomer catches up before it counts.',
    sources: [ETCD_LEARNER],
  },

  'disk-full': {
    asks: 'Writes must be refused and said to be refused, nothing half written may be taken for whole, and room must be enough to go on.',
    standsFor:
      'On 27 August 2023 servers that process Toyota’s orders of parts ran out of disk space during maintenance, and the spare ones, set up alike, could not take over. On 29 August all fourteen plants in Japan stood still.',
    sources: [
      { title: 'Toyota on the malfunction of its production order system', url: 'https://global.toyota/en/newsroom/corporate/39732568.html' },
      {
        title: 'Tom’s Hardware: Toyota shut down 14 factories',
        url: 'https://www.tomshardware.com/news/toyota-shut-down-14-factories-due-to-insufficient-disk-space',
      },
    ],
  },
  'disk-slow': {
    asks: 'One slow disk must not make the whole cluster as slow as it is, nor cost its node the leadership over and over.',
    standsFor:
      'Hardware that gets slow instead of failing, disks and SSDs among it: 101 reports from 12 institutions are collected in “Fail-Slow at Scale” (FAST 2018).',
    sources: [{ title: 'Gunawi and others: Fail-Slow at Scale', url: 'https://www.usenix.org/conference/fast18/presentation/gunawi' }],
  },
  'disk-error': {
    asks: 'An error that was reported once must not be forgotten: what a failed fsync was to keep is not kept by the next one that succeeds.',
    standsFor:
      'PostgreSQL’s “fsyncgate”, 2018: after a failed fsync some kernels drop the pages, so that the next fsync succeeds and the data are lost. PostgreSQL had counted on the opposite for twenty years; since 2019 it panics at the first failure.',
    sources: [
      { title: 'PostgreSQL wiki: Fsync Errors', url: 'https://wiki.postgresql.org/wiki/Fsync_Errors' },
      { title: 'FOSDEM 2019: PostgreSQL vs. fsync', url: 'https://archive.fosdem.org/2019/interviews/tomas-vondra/' },
      { title: 'PostgreSQL 10.7: Release notes', url: 'https://access.crunchydata.com/documentation/postgresql10/10.16/release-10-7.html' },
    ],
  },
  'disk-lie': {
    asks: 'No single node can survive it together with a loss of power: what it acknowledged must be on others as well.',
    standsFor:
      'When the power of fifteen SSDs was cut, thirteen lost data that should have survived; of two of them a third of the blocks or the whole device was gone (FAST 2013).',
    sources: [
      {
        title: 'Zheng and others: Understanding the Robustness of SSDs under Power Fault',
        url: 'https://www.usenix.org/conference/fast13/technical-sessions/presentation/zheng',
      },
    ],
  },
  'disk-corrupt': {
    asks: 'What is read must be checked before it is believed, and a damaged copy be mended from a whole one, never the other way round.',
    standsFor: 'Over 400,000 checksum mismatches on 1.53 million disks in 41 months (Bairavasundaram and others, FAST 2008).',
    sources: [
      {
        title: 'Bairavasundaram and others: An Analysis of Data Corruption in the Storage Stack',
        url: 'https://www.usenix.org/legacy/events/fast08/tech/full_papers/bairavasundaram/bairavasundaram_html/index.html',
      },
    ],
  },
  'cpu-quota': {
    asks: 'The node lives, answers late, and is late with its heartbeats: it must be either in time or replaced.',
    standsFor:
      'Until Linux 5.4 the kernel throttled programs that had used less than their quota: what one processor had been given of it and not used was lost at the end of the period. Well-behaved programs could be late by 200 ms (reported in 2017).',
    sources: [
      { title: 'linux-kernel list: Unexpected CFS throttling', url: 'http://lkml.iu.edu/hypermail/linux/kernel/1712.0/07072.html' },
      {
        title: 'Linux: Fix low cpu usage with high throttling',
        url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=de53fd7aedb100f03e5d2231cfce0e4993282425',
      },
      { title: 'Indeed: Unthrottled', url: 'https://engineering.indeedblog.com/blog/2019/12/unthrottled-fixing-cpu-limits-in-the-cloud/' },
    ],
  },
  'process-limit': {
    asks: 'A program that starts a thread for each request or peer must refuse what it cannot serve and go on with what it can.',
    standsFor:
      'On 25 November 2020 Amazon Kinesis added front-end servers. Each of them keeps threads for every other one, and all of them came to need more than their system allowed.',
    sources: [{ title: 'Amazon: Summary of the Amazon Kinesis event', url: 'https://aws.amazon.com/message/11201/' }],
  },
  'memory-limit': {
    asks: 'The node may be killed in the middle of anything, by nobody who knows it. What it acknowledged must be there, and whoever starts it again must not find it killed by the same load at once.',
    standsFor:
      'Prometheus that is killed for its use of memory replays its log when it starts again, needs as much memory or more for it, and is killed again, until somebody raises the limit or deletes the log.',
    sources: [
      { title: 'prometheus-operator: Unrecoverable OOM', url: 'https://github.com/prometheus-operator/prometheus-operator/issues/2670' },
      { title: 'prometheus: Prometheus fails to start', url: 'https://github.com/prometheus/prometheus/issues/6934' },
    ],
  },
  'descriptor-limit': {
    asks: 'Nobody new is served, files cannot be opened, and the node still looks alive to those who hold a connection.',
    standsFor:
      'On 4 January 2021 Slack wanted 1,200 more web servers within a quarter of an hour, in the middle of an outage; the service that sets them up ran into Linux’s limit of open files, and the servers did not come.',
    sources: [{ title: 'Slack: Slack’s Outage on January 4th 2021', url: 'https://slack.engineering/slacks-outage-on-january-4th-2021/' }],
  },
};
