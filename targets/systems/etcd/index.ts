/** Real etcd. */
export { type EtcdOptions, etcdOptions } from './options.ts';
export { etcd } from './system.ts';
