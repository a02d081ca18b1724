/**
 * Real NATS with JetStream, as a pair: a stream that three servers keep is there after all of them were killed at once, and
 * gone after all of them lost power, for what a server acknowledges it syncs minutes later. A leader that is cut off
 * acknowledges nothing that the others have not. Half of the runs on each kind of host.
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

const runs = new RealRuns(join(import.meta.dirname, 'fixtures/nats.config.ts'));
afterAll(() => runs[Symbol.dispose]());

const provisioned = await nats.provision(nats.options.parse({}), new AbortController().signal).then(
  () => '',
  (error: unknown) => messageOf(error),
);
const processes = provisioned || (await missing(processHost));
const spaces = provisioned || (await missing(netns));
const disk = (await processHost.probe()).get('disk.lose-unsynced' as Capability);
const noDisk = processes || (disk?.ok ? '' : (disk?.found ?? 'no disk of ordeal’s own'));
const why = (reason: string): string => reason && ` (not run: ${reason})`;

/** Servers elect leaders twice, which takes its time on a machine that is busy with other things. */
const PATIENCE = 240_000;

function expectFault({ results }: Ran, family: string): void {
  expect(results.faults.map((fault) => [fault.family, fault.proven, fault.healed])).toEqual([[family, true, true]]);
}

function expectClean({ status, results }: Ran): void {
  expect([status, results.valid, results.sentence, results.reasons]).toEqual([0, true, 'Every check passed.', []]);
  expect(results.counts.ok).toBeGreaterThanOrEqual(30);
}

/** What clients observed beside the answers to their operations, in the runs of that test. */
function observed(test: string, f: string): readonly Event[] {
  const [history] = globSync(join(runs.folder, test, '2*', 'history.jsonl'));
  const events = readFileSync(history!, 'utf8').trim().split('\n').slice(1);
  return events.map((line) => JSON.parse(line) as Event).filter((event) => event.f === f);
}

describe.skipIf(noDisk !== '')(`NATS without power${why(noDisk)}`, () => {
  it(
    'loses the whole stream, and all that it had acknowledged',
    () => {
      const ran = runs.run('process', '--test', 'power');
      expectFault(ran, 'power');
      const types = new Set(ran.results.checks.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type)));
      expect([ran.status, ...types]).toEqual([1, 'lost']);
      expect(ran.results.sentence).toMatch(
        /^element \d+ is lost: process \d+ on n\d was told at [\d.]+ s that it had been added, and none of the 3 final reads contains it \(n1, n2, n3\)/,
      );
      expect(observed('power', 'stream-gone').length).toBeGreaterThanOrEqual(3);
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    },
    PATIENCE,
  );
});

describe.skipIf(noDisk !== '')(`NATS as a queue without power${why(noDisk)}`, () => {
  it(
    'loses what it had confirmed and not delivered',
    () => {
      const ran = runs.run('process', '--test', 'queue-power');
      expectFault(ran, 'power');
      const { checks } = ran.results;
      expect([ran.status, ...new Set(checks.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type)))]).toEqual([1, 'lost']);
      expect(ran.results.sentence).toMatch(
        /^process \d+ on n\d was told at \S+ s that message \d+ had been enqueued, and no delivery up to the end of the final drain/,
      );
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    },
    PATIENCE,
  );
});

describe.skipIf(spaces !== '')(`NATS on netns${why(spaces)}`, () => {
  it(
    'keeps the stream where all servers are killed at once',
    () => {
      const ran = runs.run('netns', '--test', 'kill');
      expectFault(ran, 'kill');
      expectClean(ran);
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    },
    PATIENCE,
  );
});

describe.skipIf(processes !== '')(`NATS on process${why(processes)}`, () => {
  it(
    'loses nothing where the leader of the stream is cut off',
    () => {
      const ran = runs.run('process', '--test', 'without-leader');
      expectFault(ran, 'partition');
      expectClean(ran);
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    },
    PATIENCE,
  );
});
