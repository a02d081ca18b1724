/**
 * The data that every member begins with: the same copy, at the same position of the same history. So nobody need be the
 * first and nobody needs a transfer of state before the run. Made once for each version, and kept in the cache.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { cacheFolder, givenUp, publish } from '../../provision/package-cache.ts';
import { DATABASE } from './session.ts';
import { type MariadbPrograms, wholeSettings } from './settings.ts';

const TABLES = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
const PATIENCE_MS = 60_000;

/** Gives the folder. Throws ORDEAL_PROVISION_FAILED, also when given up. */
export async function provisionFirstData(programs: MariadbPrograms, version: string, signal: AbortSignal): Promise<string> {
  const name = `galera-${version}`;
  const parent = join(cacheFolder(), 'data');
  const folder = join(parent, name);
  if (existsSync(join(folder, 'file'))) return join(folder, 'data');
  if (signal.aborted) throw givenUp(name, signal);
  mkdirSync(parent, { recursive: true });
  const making = mkdtempSync(`${folder}.`);
  try {
    await makeTables(programs, making, signal);
    await beginHistory(programs, making, signal);
    writeFileSync(join(making, 'file'), name);
    publish(making, folder);
    return join(folder, 'data');
  } catch (cause) {
    if (signal.aborted) throw givenUp(name, signal);
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what: `no data for a member could be made: ${messageOf(cause)}`, where: programs.server, cause });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

async function makeTables(programs: MariadbPrograms, making: string, signal: AbortSignal): Promise<void> {
  mkdirSync(join(making, 'data'));
  // whoever connects from where is not asked: there is no need of this machine's name
  const statements = TABLES.flatMap((file) => readFileSync(join(programs.share, file), 'utf8').split('\n')).filter(
    (line) => !line.includes('@current_hostname'),
  );
  const input = ['CREATE DATABASE mysql;', 'USE mysql;', ...statements, `CREATE DATABASE ${DATABASE};`, ''].join('\n');
  await runServer(programs, ['--bootstrap', '--wsrep-on=OFF', ...wholeSettings(programs, join(making, 'data'))], input, signal);
}

/** A group of one that talks to nobody; it ends in order, so that its position is written down. */
async function beginHistory(programs: MariadbPrograms, making: string, signal: AbortSignal): Promise<void> {
  const data = join(making, 'data');
  const statements = join(making, 'statements.sql');
  writeFileSync(statements, 'SHUTDOWN;\n');
  const group = ['--wsrep-cluster-address=dummy://', '--wsrep-new-cluster', '--wsrep-node-address=127.0.0.1', '--wsrep-provider-options=gcache.size=1M'];
  await runServer(programs, [...wholeSettings(programs, data), '--wsrep-on=ON', '--skip-networking', ...group, `--init-file=${statements}`], '', signal);
  if (!/^seqno: +\d+$/m.test(readFileSync(join(data, 'grastate.dat'), 'utf8'))) throw new Error('it did not write down its position');
  // of no use to others
  rmSync(join(data, 'galera.cache'), { force: true });
}

async function runServer({ server, asUser, env }: MariadbPrograms, settings: readonly string[], input: string, signal: AbortSignal): Promise<void> {
  const [program, ...argv] = [...asUser, server, '--no-defaults', ...settings];
  const child = spawn(program!, argv, { env: { ...process.env, ...env }, signal, timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-2_000);
  });
  child.stdout.resume();
  child.stdin.on('error', () => {}).end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`it ended with ${status}: ${said}`);
}
