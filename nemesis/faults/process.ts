/** What happens to processes: killed, restarted, stopped for a while, their machine without power. */
import { z } from 'zod';
import type { Action, Fault, FaultView, ProcessParams, Rng } from '../../harness/contracts/index.ts';
import { type Selection, select, selectionOption } from '../selection/selection.ts';
import { DISK_LOSE_UNSYNCED, PROCESS_FREEZE, PROCESS_KILL, PROCESS_PAUSE, PROCESS_POWER_LOSS } from './capabilities.ts';

const oneOptions = z.strictObject({ target: selectionOption.default('one') });

/** How long something is down when its schedule is left to choose: read by schedules, not by the plan. */
const downMsOption = z.int().positive().optional().describe('How long the nodes stay down, in milliseconds; the schedule chooses where it is absent.');

const restartOptions = z.strictObject({ target: selectionOption.default('one'), downMs: downMsOption });
const powerOptions = z.strictObject({
  target: selectionOption.default('all'),
  downMs: downMsOption,
  torn: z.boolean().optional().describe('What was not synced is there in parts, page by page, instead of not at all.'),
});

export type TargetOptions = z.infer<typeof oneOptions>;
export type RestartOptions = z.infer<typeof restartOptions>;
export type PowerOptions = z.infer<typeof powerOptions>;

export const kill: Fault<TargetOptions> = {
  name: 'kill',
  family: 'kill',
  summary: 'kills nodes (SIGKILL); they are started again when the window ends',
  needs: [PROCESS_KILL],
  options: oneOptions,
  plan: (options, view, rng) => toProcesses('kill', options.target, view, rng),
};

export const restart: Fault<RestartOptions> = {
  name: 'restart',
  family: 'kill',
  summary: 'kills nodes and starts them again at once, or after downMs: shorter than others need to notice',
  needs: [PROCESS_KILL],
  options: restartOptions,
  plan: (options, view, rng) => toProcesses('kill', options.target, view, rng),
};

export const pause: Fault<TargetOptions> = {
  name: 'pause',
  family: 'pause',
  summary: 'stops nodes (SIGSTOP) and lets them go on when the window ends, unaware of the time that has passed',
  needs: [PROCESS_PAUSE],
  options: oneOptions,
  plan: (options, view, rng) => toProcesses('pause', options.target, view, rng),
};

export const freeze: Fault<TargetOptions> = {
  name: 'freeze',
  family: 'pause',
  summary: 'freezes nodes in a control group and thaws them when the window ends: no call is interrupted, and no signal ends it',
  needs: [PROCESS_FREEZE],
  options: oneOptions,
  plan: (options, view, rng) => toProcesses('pause', options.target, view, rng, { by: 'freezer' }),
};

export const power: Fault<PowerOptions> = {
  name: 'power',
  family: 'power',
  summary: 'takes the power from nodes, by default from all at once: what was written and not synced is lost',
  needs: [PROCESS_POWER_LOSS, DISK_LOSE_UNSYNCED],
  options: powerOptions,
  plan: (options, view, rng) => toProcesses('power-loss', options.target, view, rng, options.torn ? { torn: true } : {}),
};

function toProcesses(type: ProcessParams['type'], target: Selection, view: FaultView, rng: Rng, how: Pick<ProcessParams, 'torn' | 'by'> = {}): Action[] {
  const nodes = select(target, view, rng);
  return nodes.length === 0 ? [] : [{ control: 'processes', params: { type, nodes, ...how } }];
}
