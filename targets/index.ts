/** `ordeal/targets`: the systems for configurations. Host kinds are named by strings: `host: 'sim'`. */
export { EXEC, MACHINE_FILES, NODE_PROGRAM } from './configuration/capabilities.ts';
export {
  etcd,
  galera,
  nats,
  postgres,
  postgresOutbox,
  postgresTwoPhaseCommit,
  rabbitmq,
  raftkv,
  redis,
  redisCluster,
  redisSentinel,
  rqlite,
  zookeeper,
} from './configuration/systems.ts';
export type { EtcdOptions } from './systems/etcd/index.ts';
export type { GaleraOptions } from './systems/galera/index.ts';
export type { NatsOptions } from './systems/nats/index.ts';
export type { PostgresOptions } from './systems/postgres/index.ts';
export type { TwoPhaseCommitSystemOptions } from './systems/postgres-2pc/index.ts';
export type { OutboxOptions } from './systems/postgres-outbox/index.ts';
export type { RabbitmqOptions } from './systems/rabbitmq/index.ts';
export { BUG_NAMES, BUGS, type BugName, type RaftkvOptions } from './systems/raftkv/index.ts';
export type { ClusterOptions, RedisOptions, SentinelOptions } from './systems/redis/index.ts';
export type { RqliteOptions } from './systems/rqlite/index.ts';
export type { ZookeeperOptions } from './systems/zookeeper/index.ts';
