import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Node } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec, type ExecProgram, flagsOf } from '../conformance/advertised-cluster.ts';
import { rqlite } from './system.ts';

const { nodes } = advertisedCluster;
const programOf = (node: Node, given: object = {}): ExecProgram =>
  asExec(rqlite.program(node, advertisedCluster, { rqlited: '/opt/rqlited' }, rqlite.options.parse(given)));

describe('the program of a member', () => {
  it('binds its own addresses and advertises the one where peers find it', () => {
    const program = programOf(nodes[1]!);
    expect([program.argv[0], program.argv.at(-1)]).toEqual(['/opt/rqlited', '/run/n2/data/rqlite']);
    expect(program.ports).toEqual([4001, 4002]);
    expect(flagsOf(program)).toMatchObject({
      '-node-id': 'n2',
      '-http-addr': '127.9.0.2:4001',
      '-raft-addr': '127.9.0.2:4002',
      '-raft-adv-addr': '127.9.253.2:4002',
      '-bootstrap-expect': '3',
      '-join': '127.9.253.1:4002,127.9.253.2:4002,127.9.253.3:4002',
    });
  });

  it('is the same at every start, and takes its times from the options', () => {
    expect(programOf(nodes[0]!)).toEqual(programOf(nodes[0]!));
    expect(flagsOf(programOf(nodes[0]!, { heartbeatMs: 400, electionMs: 600 }))).toMatchObject({
      '-raft-timeout': '400ms',
      '-raft-election-timeout': '600ms',
      '-raft-leader-lease-timeout': '200ms',
    });
    expect(() => rqlite.options.parse({ heartbeatMs: 0 })).toThrow();
    expect(() => rqlite.options.parse({ reads: 'eventual' })).toThrow();
  });
});

describe('the level of reads', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ordeal-rqlite-'));
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const provisioned = (reads: string): Promise<unknown> => rqlite.provision(rqlite.options.parse({ reads }), new AbortController().signal);
  const install = (carries: string): void =>
    writeFileSync(join(folder, 'rqlited'), `#!/bin/sh\necho 'rqlited v8.0.1 linux amd64'\n# ${carries}\n`, { mode: 0o755 });

  it('that the binary would silently take for another is told', async () => {
    install('QUERY_REQUEST_LEVEL_WEAK QUERY_REQUEST_LEVEL_STRONG');
    expect(await provisioned('linearizable')).toMatchObject({ version: 'v8.0.1', from: 'PATH', reads: expect.stringContaining('takes for weak') });
    for (const reads of ['none', 'weak', 'strong']) expect(await provisioned(reads)).not.toHaveProperty('reads');
  });

  it('that the binary knows needs no word', async () => {
    install('QUERY_REQUEST_LEVEL_LINEARIZABLE');
    expect(await provisioned('linearizable')).not.toHaveProperty('reads');
  });
});
