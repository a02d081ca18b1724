/** `ordeal/sim`: the deterministic simulator, for our own hosts and for users' own node programs. */
export { ConnectionError } from './connection-error.ts';
export { simUndo } from './controls/undo.ts';
export { exemptFromGuard, installEscapeGuard } from './escape-guard.ts';
export { sim } from './host.ts';
export type { SimOptions } from './options.ts';
export { createSimulator, type Simulator, type SimulatorRequest, simulatedNode } from './simulator.ts';
export { createTrace, firstDifference, type Trace } from './trace.ts';
