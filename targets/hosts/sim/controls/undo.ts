/** Undoing simulated changes from outside: there is nothing to undo, a simulated cluster ends with its process. */
import type { Undo, UndoRegistry } from '../../../../harness/contracts/index.ts';

const nothingLeft: Undo = () => Promise.resolve();

export const simUndo: UndoRegistry = {
  undo: { 'sim.links': nothingLeft, 'sim.processes': nothingLeft, 'sim.clocks': nothingLeft, 'sim.disks': nothingLeft },
};
