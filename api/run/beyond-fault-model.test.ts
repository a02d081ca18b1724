/** Rule 15: what a system claims to survive bounds its faults, unless somebody asks for more; then the verdict says so. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chalk } from 'chalk';
import { afterAll, describe, expect, it } from 'vitest';
import { pickSchemaOptions } from '../../cli/options/schema-options.ts';
import type { HostKind, ProbedCapability } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { beyondClaims, foreseenOfSchedule } from '../../nemesis/claims/index.ts';
import { FAULTS, loadFaults } from '../../nemesis/registry/faults.ts';
import { FAMILY_NAMES, optionsOf, packageFor } from '../../nemesis/schedule/index.ts';
import { renderVerdict } from '../../reports/terminal/index.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import { loadConfig } from '../config/load-config.ts';
import { planFromFlags } from '../plans/plan-from-flags.ts';
import { plansFromConfig } from '../plans/plans-from-config.ts';
import { resolvePlan } from '../resolve.ts';
import { planFaults } from './plan-faults.ts';
import { runTest } from './run-test.ts';

const out = mkdtempSync(join(tmpdir(), 'ordeal-beyond-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const config = await loadConfig(fileURLToPath(new URL('./fixtures/beyond.config.ts', import.meta.url)));
const planOf = (test: string) => plansFromConfig(config, { test, out })[0]!;

/** As a host that can do everything would plan it. */
async function planned(system: string, flags: Record<string, unknown>) {
  const plan = await planFromFlags(system, { seed: '1', ...flags }, pickSchemaOptions);
  const resolved = await resolvePlan(plan);
  const able: ProbedCapability = { ok: true, found: '' };
  const host = { ...resolved.host, probe: async () => ({ get: () => able }) } as unknown as HostKind;
  return planFaults({ plan, ...resolved, host, rng: createRng(1) });
}

describe('what a system claims', () => {
  it('is never exceeded by the packages of a system of ours', async () => {
    const faults = await loadFaults(Object.keys(FAULTS));
    for (const [name, entry] of Object.entries(SYSTEMS)) {
      const { faultModel, outside = 0 } = await entry.load();
      const claims = { nodeCount: entry.defaultNodes, outside, faultModel };
      for (const family of FAMILY_NAMES) {
        let moves: ReturnType<typeof packageFor>['moves'];
        try {
          moves = packageFor(family, claims).moves;
        } catch {
          continue;
        }
        const scheduled = moves.map((move) => ({ fault: faults.get(move.fault)!, options: optionsOf(move) }));
        expect([name, family, beyondClaims(foreseenOfSchedule(scheduled, claims), claims)]).toEqual([name, family, []]);
      }
    }
  });

  it('refuses a fault by name that goes beyond it, and names the flag', async () => {
    const refused = { code: 'ORDEAL_BEYOND_FAULT_MODEL', exitCode: 64, remedy: expect.stringContaining('--beyond-fault-model') };
    await expect(planned('etcd', { faults: 'disk-lie' })).rejects.toMatchObject({
      ...refused,
      what: 'disk-lie hits 3 of 3 nodes over the whole run: the system claims to survive a damaged disk of no node',
    });
    await expect(planned('redis-sentinel', { faults: 'power' })).rejects.toMatchObject({ ...refused, what: expect.stringContaining('loss of power: none') });
    expect((await planned('etcd', { faults: 'disk-lie', beyondFaultModel: true })).families).toEqual(['disk']);
    expect((await planned('redis-sentinel', { faults: 'power', beyondFaultModel: true })).families).toEqual(['power']);
  });

  it('refuses a scenario that does, before anything starts', async () => {
    await expect(runTest(planOf('refused'))).rejects.toMatchObject({
      code: 'ORDEAL_BEYOND_FAULT_MODEL',
      message: 'raftkv: power hits 3 of 3 nodes: the system claims to survive a loss of power of no node',
    });
  });

  it('heads a conviction that was had by more: on the terminal, in JSON and on the page', async () => {
    const { results, history, folder } = await runTest(planOf('allowed'));
    expect(results.valid).toBe(false);
    const said = 'power hits 3 of 3 nodes: the system claims to survive a loss of power of no node';
    expect(JSON.parse(readFileSync(folder.results, 'utf8')).outsideClaims).toEqual([said]);
    const text = renderVerdict(results, history, folder.path, new Chalk({ level: 0 }));
    expect(text.trimStart().split('\n')[0]).toBe('OUTSIDE WHAT THE SYSTEM CLAIMS');
    expect(text).toContain(said);
    const page = readFileSync(folder.report, 'utf8');
    expect(page.indexOf('<h2>Outside what the system claims</h2>')).toBeGreaterThan(0);
    expect(page.indexOf('<h2>Outside what the system claims</h2>')).toBeLessThan(page.indexOf('<p class="say">'));
    expect(page).toContain(said);
    expect(readFileSync(folder.junit, 'utf8')).toContain('outside what the system claims: power hits 3 of 3 nodes');
  });

  it('says nothing of the kind where the flag was given and nothing went beyond', async () => {
    const { results, history, folder } = await runTest(planOf('within'));
    expect('outsideClaims' in results).toBe(false);
    expect(renderVerdict(results, history, folder.path, new Chalk({ level: 0 }))).not.toContain('OUTSIDE');
    expect(readFileSync(folder.report, 'utf8')).not.toContain('Outside what the system claims');
  });
});
