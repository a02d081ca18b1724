import { describe, expect, it } from 'vitest';
import type { Cluster, Node } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec } from '../conformance/advertised-cluster.ts';
import { rabbitmq } from './system.ts';

const cluster = advertisedCluster as Cluster;
const provisioned = { server: '/opt/sbin/rabbitmq-server', epmd: '/opt/epmd', version: '3.10.8', from: '/opt' };
const programOf = (node: Node, options: object = {}) => asExec(rabbitmq.program(node, cluster, provisioned, rabbitmq.options.parse(options)));

describe('the program of a member', () => {
  it('has a name, addresses, data and a port mapper of its own', () => {
    const { argv, env, ports } = programOf(cluster.nodes[1]!);
    expect(argv.slice(-2)).toEqual(['/opt/epmd', '/opt/sbin/rabbitmq-server']);
    expect(env).toMatchObject({ RABBITMQ_NODENAME: 'rabbit@127.9.0.2', ERL_EPMD_ADDRESS: '127.9.0.2', HOME: '/run/n2/data/rabbitmq' });
    expect(env['ORDEAL_CONFIGURATION']).toContain('listeners.tcp.1 = 127.9.0.2:5672\n');
    expect(ports).toEqual([5672, 15672]);
  });

  it('knows all members, and what to do when it loses sight of them', () => {
    const configuration = (options: object) => programOf(cluster.nodes[0]!, options).env['ORDEAL_CONFIGURATION'];
    for (const n of [1, 2, 3]) expect(configuration({})).toContain(`cluster_formation.classic_config.nodes.${n} = rabbit@127.9.0.${n}\n`);
    expect(configuration({})).toContain('cluster_partition_handling = autoheal\n');
    expect(configuration({ partitionHandling: 'pause-minority' })).toContain('cluster_partition_handling = pause_minority\n');
    expect(programOf(cluster.nodes[0]!, { netTickS: 9 }).env['RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS']).toContain('-kernel net_ticktime 9');
  });
});
