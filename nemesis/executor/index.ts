export { createExecutor, type Executor } from './executor.ts';
export type { ExecutorDeadlines, ExecutorRequest, Guard, HealedChange } from './request.ts';
