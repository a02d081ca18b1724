/** Running `tc` inside a network namespace, and whether this kernel has `netem`. */
import { spawn, spawnSync } from 'node:child_process';
import type { ProbedCapability } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { insideNamespace } from '../nft/nft.ts';
import { unshapedScript } from './netem-script.ts';

/** Feeds lines to `tc -batch`: up to the first that fails. Rejects with ORDEAL_NODE_FAILED and what tc said. */
export function tc(namespace: string, script: string): Promise<void> {
  const [command, ...args] = [...insideNamespace(namespace), 'tc', '-batch', '-'];
  return new Promise((resolve, reject) => {
    const child = spawn(command as string, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const failed = (what: string, cause?: unknown): void =>
      reject(new OrdealError('ORDEAL_NODE_FAILED', { what: `tc: ${what}`, where: `namespace ${namespace}`, cause }));
    child.once('error', (error) => failed(error.message, error));
    child.once('close', (code) => (code === 0 ? resolve() : failed(said.trim() || `exit ${code}`)));
    child.stdin.on('error', () => {});
    child.stdin.end(script);
  });
}

/** A queue that is not ours, or none, cannot be deleted: then there is nothing to undo. */
export async function unshape(namespace: string, device: string): Promise<void> {
  try {
    await tc(namespace, unshapedScript(device));
  } catch (error) {
    if (error instanceof OrdealError && /handle of zero|No such file|Cannot find device|Invalid handle/.test(error.what)) return;
    throw error;
  }
}

/** Asks the kernel in a namespace that goes with the question; needs root there. */
export function probeNetem(): ProbedCapability {
  const asked = spawnSync('unshare', ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'], { encoding: 'utf8' });
  if (asked.status === 0) return { ok: true, found: 'netem: queues of the kernel' };
  const said = (asked.stderr || asked.error?.message || `exit ${asked.status}`).trim().split('\n')[0] ?? '';
  return { ok: false, found: `no netem (${said})`, remedy: 'Use a kernel with sch_netem (modprobe sch_netem).' };
}
