/** Real NATS with JetStream. */
export type { NatsOptions } from './options.ts';
export { nats } from './system.ts';
