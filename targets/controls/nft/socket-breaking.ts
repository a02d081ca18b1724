/** Whether this kernel lets us break connections (`ss -K`): tried on one of our own. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import type { ProbedCapability } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';

const run = promisify(execFile);
const REMEDY = 'Use a kernel with CONFIG_INET_DIAG_DESTROY and the package iproute2, or --host process.';

/** Never rejects. */
export async function probeSocketBreaking(): Promise<ProbedCapability> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  try {
    await once(socket, 'connect');
    const ours = ['src', '127.0.0.1', 'sport', '=', `:${socket.localPort}`, 'dport', '=', `:${port}`];
    await run('ss', ['-K', '-t', ...ours]);
    const { stdout } = await run('ss', ['-H', '-t', ...ours]);
    if (stdout.trim() === '') return { ok: true, found: 'ss -K' };
    return { ok: false, found: 'ss -K breaks no connection here', remedy: REMEDY };
  } catch (error) {
    return { ok: false, found: `ss -K: ${messageOf(error)}`, remedy: REMEDY };
  } finally {
    socket.destroy();
    server.close();
  }
}
