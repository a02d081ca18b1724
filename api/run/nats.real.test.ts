/**
 * Real NATS with JetStream, as a pair: a stream that three servers keep is there after all of them were killed at once, and
 * gone after all of them lost power, for what a server acknowledges it syncs minutes later. A leader that is cut off
 * acknowledges nothing that the others have not. Two runs side by side: most of each is waiting.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Capability, Event } from '../../harness/contracts/index.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { nats } from '../../targets/systems/nats/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const CONFIG = join(import.meta.dirname, 'fixtures/nats.config.ts');
const begun: RealRuns[] = [];
afterAll(() => {
  for (const runs of begun) runs[Symbol.dispose]();
});

const provisioned = await nats.provision(nats.options.parse({}), new AbortController().signal).then(
  () => '',
  (error: unknown) => messageOf(error),
);
const processes = provisioned || (await missing(processHost));
const spaces = provisioned || (await missing(netns));
const disk = (await processHost.probe()).get('disk.lose-unsynced' as Capability);
const noDisk = processes || (disk?.ok ? '' : (disk?.found ?? 'no disk of ordeal’s own'));
const why = (reason: string): string => reason && ` (not run: ${reason})`;

/** A run beside another one, of the test of that name: what it leaves is looked for apart. */
async function run(host: string, test: string): Promise<Ran & { readonly runs: RealRuns }> {
  const runs = new RealRuns(CONFIG);
  begun.push(runs);
  const ran = await runs.runBeside(host, '--test', test);
  expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  return { ...ran, runs };
}

const typesOf = ({ results }: Ran): readonly string[] => [...new Set(results.checks.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type)))];

function expectFault({ results }: Ran, family: string): void {
  expect(results.faults.map((fault) => [fault.family, fault.proven, fault.healed])).toEqual([[family, true, true]]);
}

function expectClean({ status, results }: Ran): void {
  expect([status, results.valid, results.sentence, results.reasons]).toEqual([0, true, 'Every check passed.', []]);
  expect(results.counts.ok).toBeGreaterThanOrEqual(100);
}

/** What clients observed beside the answers to their operations. */
function observed({ folder }: RealRuns, f: string): readonly Event[] {
  const [history] = globSync(join(folder, '*', '2*', 'history.jsonl'));
  const events = readFileSync(history!, 'utf8').trim().split('\n').slice(1);
  return events.map((line) => JSON.parse(line) as Event).filter((event) => event.f === f);
}

describe('the stream of NATS, where all servers are gone at once', () => {
  it.skipIf(noDisk !== '').concurrent(`is lost with their power, and all that it had acknowledged${why(noDisk)}`, async () => {
    const ran = await run('process', 'power');
    expectFault(ran, 'power');
    expect([ran.status, typesOf(ran)]).toEqual([1, ['lost']]);
    expect(ran.results.sentence).toMatch(
      /^element \d+ is lost: process \d+ on n\d was told at [\d.]+ s that it had been added, and none of the 3 final reads contains it \(n1, n2, n3\)/,
    );
    expect(observed(ran.runs, 'stream-gone').length).toBeGreaterThanOrEqual(3);
  });

  it.skipIf(spaces !== '').concurrent(`is kept on netns where they were killed${why(spaces)}`, async () => {
    const ran = await run('netns', 'kill');
    expectFault(ran, 'kill');
    expectClean(ran);
  });
});

describe('NATS', () => {
  it.skipIf(noDisk !== '').concurrent(`as a queue loses with the power what it had confirmed and not delivered${why(noDisk)}`, async () => {
    const ran = await run('process', 'queue-power');
    expectFault(ran, 'power');
    expect([ran.status, typesOf(ran)]).toEqual([1, ['lost']]);
    expect(ran.results.sentence).toMatch(
      /^process \d+ on n\d was told at \S+ s that message \d+ had been enqueued, and no delivery up to the end of the final drain/,
    );
  });

  it.skipIf(processes !== '').concurrent(`loses nothing where the leader of the stream is cut off${why(processes)}`, async () => {
    const ran = await run('process', 'without-leader');
    expectFault(ran, 'partition');
    expectClean(ran);
  });
});
