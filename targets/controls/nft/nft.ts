/** Running nft inside a network namespace: one atomic transaction from stdin. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';

/** Where `ip netns` keeps its names. */
export const namespacePath = (name: string): string => `/run/netns/${name}`;

/** The command that runs another in that namespace. `nsenter` and not `ip netns exec`, which makes a mount namespace too. */
export const insideNamespace = (name: string): readonly string[] => ['nsenter', `--net=${namespacePath(name)}`, '--'];

export function namespaceExists(name: string): boolean {
  return existsSync(namespacePath(name));
}

/** Feeds a script to nft; all of it takes effect, or nothing. Rejects with ORDEAL_NODE_FAILED and what nft said. */
export function nft(namespace: string, script: string): Promise<void> {
  const [command, ...args] = [...insideNamespace(namespace), 'nft', '-f', '-'];
  return new Promise((resolve, reject) => {
    const child = spawn(command as string, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const failed = (what: string, cause?: unknown): void =>
      reject(new OrdealError('ORDEAL_NODE_FAILED', { what: `nft: ${what}`, where: `namespace ${namespace}`, cause }));
    child.once('error', (error) => failed(error.message, error));
    child.once('close', (code) => (code === 0 ? resolve() : failed(said.trim() || `exit ${code}`)));
    child.stdin.on('error', () => {});
    child.stdin.end(script);
  });
}
