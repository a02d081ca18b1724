/**
 * The harness's side of a helper process: a child of our own that works beside the runner's thread (link proxy, probe
 * agent, reaper). It gets requests on stdin and dies when stdin ends, hence with the harness, however that ends.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { compileCacheEnvironment } from '../../../harness/entry/compile-cache.ts';
import { startChild } from '../../../harness/entry/entry.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type HelperAnswer, readJsonLines } from './line-protocol.ts';

export interface HelperProcess<R, A> {
  readonly pid: number;
  /** Rejects with the child's error (its `code` kept), or ORDEAL_CHILD_FAILED when the child is gone. */
  request(request: R): Promise<A>;
  /** Ends the child and waits until it is gone. Idempotent. */
  close(): Promise<void>;
}

interface Waiting<A> {
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/**
 * Starts the entry module at `url` (from `entryUrl`). `name` is for people: `link proxy`; `inside` a command to start it by,
 * which puts it into a namespace. Rejects when it cannot be started.
 */
export async function startHelper<R, A>(name: string, url: URL, inside: readonly string[] = []): Promise<HelperProcess<R, A>> {
  // A session of its own: Ctrl-C at the terminal must not end it before the harness has healed.
  const child = startChild(url, [], { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: helperEnvironment(), inside });
  const { stdin, stdout, stderr } = child as ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };
  const waiting = new Map<number, Waiting<A>>();
  let lastWords = '';
  let gone: OrdealError | undefined;
  let closing = false;
  let lastId = 0;

  const exited = new Promise<void>((resolve) => {
    const leave = (how: string): void => {
      gone ??= new OrdealError('ORDEAL_CHILD_FAILED', { what: `the ${name} ended (${how})${lastWords === '' ? '' : `: ${lastWords.trim()}`}` });
      for (const wait of waiting.values()) wait.reject(gone);
      waiting.clear();
      resolve();
    };
    child.once('error', (error) => leave(error.message));
    child.once('close', (code, how) => leave(closing ? 'closed' : (how ?? `exit ${code}`)));
  });
  stdin.on('error', () => {});
  stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2_000);
  });
  readJsonLines(
    stdout,
    (message) => {
      const line = message as HelperAnswer<A>;
      const wait = waiting.get(line.id);
      waiting.delete(line.id);
      if ('answer' in line) wait?.resolve(line.answer);
      else wait?.reject(Object.assign(new Error(line.error.message), line.error.code === undefined ? {} : { code: line.error.code }));
    },
    () => {},
  );
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    void exited.then(() => reject(gone));
  });

  return {
    pid: child.pid as number,
    request: (request) =>
      new Promise((resolve, reject) => {
        if (gone !== undefined) return reject(gone);
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        stdin.write(`${JSON.stringify({ id, request })}\n`);
      }),
    close: () => {
      closing = true;
      stdin.end();
      return exited;
    },
  };
}

/** A helper gets nothing of our environment but what finding programs and folders needs: no secrets, no NODE_OPTIONS. */
function helperEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
  return Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR, SystemRoot, ...compileCacheEnvironment() }).filter(([, value]) => value !== undefined));
}
