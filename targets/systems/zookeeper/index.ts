/** Real ZooKeeper. */
export type { ZookeeperOptions } from './options.ts';
export { zookeeper } from './system.ts';
