/** A witness beside a node (rule 13) on another machine: a small program in Perl, spoken to in lines over ssh. Started again after the connection was lost. */
import type { ClientChannel } from 'ssh2';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { WitnessAnswer, WitnessRequest } from '../../controls/nft/link-probe-main.ts';
import type { WitnessHelper } from '../../controls/nft/witnesses.ts';
import type { Keeper } from './keeper.ts';
import { nameOf } from './login.ts';
import { quoted, witnessScript } from './node-script.ts';

/** Rejects with ORDEAL_NODE_FAILED when it cannot listen there. */
export async function openRemoteWitness(keeper: Keeper, port: number): Promise<WitnessHelper> {
  const file = `${keeper.folder}/witness.pl`;
  await keeper.run(`cat >${quoted(file)}`, witnessScript());
  const start = (): Promise<LineChannel> => LineChannel.open(keeper, `exec perl ${quoted(file)} ${keeper.address} ${port}`);
  let lines = Promise.resolve(await start());
  const living = async (): Promise<LineChannel> => {
    if ((await lines.catch(() => undefined))?.isOpen !== true) lines = start();
    return lines;
  };
  return {
    request: async (request) => readAnswer(request, await (await living()).ask(wordsOf(request))),
    close: async () => (await lines.catch(() => undefined))?.close(),
  };
}

function wordsOf(request: WitnessRequest): string {
  if (request.op === 'send') return ['send', request.label, request.count, request.port, ...request.to].join(' ');
  if (request.op === 'arrived') return `arrived ${request.label}`;
  throw new OrdealError('ORDEAL_INTERNAL', { what: `a witness on another machine cannot ${request.op}`, value: request.op });
}

function readAnswer(request: WitnessRequest, line: string): WitnessAnswer {
  if (request.op !== 'arrived' || line === '') return {};
  return Object.fromEntries(line.split(' ').map((word) => [word.split('=')[0] ?? '', Number(word.split('=')[1])]));
}

/** A line out, a line back, in order. */
class LineChannel {
  readonly #channel: ClientChannel;
  readonly #waiting: { resolve(line: string): void; reject(error: unknown): void }[] = [];
  isOpen = true;

  private constructor(channel: ClientChannel, what: string) {
    this.#channel = channel;
    let rest = '';
    let said = '';
    channel.on('error', () => {});
    channel.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    channel.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#waiting.shift()?.resolve(line);
    });
    channel.once('close', () => {
      this.isOpen = false;
      for (const { reject } of this.#waiting.splice(0))
        reject(new OrdealError('ORDEAL_NODE_FAILED', { what: `${what} ended: ${said.trim() || 'the connection was lost'}`, where: '--host ssh' }));
    });
  }

  /** Resolves when it has said that it is ready. */
  static async open(keeper: Keeper, command: string): Promise<LineChannel> {
    const lines = new LineChannel(await keeper.start(command), `the witness on ${nameOf(keeper.login)}`);
    await lines.#next();
    return lines;
  }

  ask(line: string): Promise<string> {
    this.#channel.write(`${line}\n`);
    return this.#next();
  }

  close(): void {
    this.#channel.end();
  }

  #next(): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new OrdealError('ORDEAL_NODE_FAILED', { what: 'a witness is gone', where: '--host ssh' }));
      this.#waiting.push({ resolve, reject });
    });
  }
}
