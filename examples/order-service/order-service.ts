/** The service under test, and the tests: the same for the service as it is and as it should be. */
import { type HttpService, httpService, type OrdealConfig } from 'ordeal';
import { every, responseLoss } from 'ordeal/nemesis';
import { operations } from './operations.ts';

/** `env` is what the variants differ in. */
export const orderService = (env: Readonly<Record<string, string>>) =>
  httpService({ name: 'orders', folder: import.meta.dirname, start: 'node server.mjs', health: '/health', operations, env, noticeMs: 500 });

export const tests = (service: HttpService): OrdealConfig['tests'] => ({
  'lost-answers': { workload: service.requests({ guarantee: 'exactly-once' }), faults: every('2s', responseLoss('outside')), timeLimit: '5s', rate: 50 },
});
