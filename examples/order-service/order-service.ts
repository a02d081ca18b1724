/** The service under test, and the tests: the same for the service as it is and as it should be. */
import { type HttpService, httpService, type OrdealConfig } from 'ordeal';
import { responseLoss, scenario } from 'ordeal/nemesis';
import { operations } from './operations.ts';

/** `env` is what the variants differ in. */
export const orderService = (env: Readonly<Record<string, string>>) =>
  httpService({ name: 'orders', folder: import.meta.dirname, start: 'node server.mjs', health: '/health', operations, env, noticeMs: 500 });

export const tests = (service: HttpService): OrdealConfig['tests'] => ({
  'charged once': {
    workload: service.requests({ guarantee: 'at-most-once', deadlineMs: 1_500 }),
    faults: scenario(['1s', 'inject', responseLoss('outside'), 'silence'], ['2500ms', 'heal', 'silence']),
    timeLimit: '4s',
    rate: 50,
  },
});
