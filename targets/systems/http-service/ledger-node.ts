/** The node that stands for the outside world: how it is started, and how the harness reads it. */
import { join, resolve } from 'node:path';
import type { Clock, Node, Program } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry-url.ts';
import type { ReadLedger } from '../../../harness/ledger/follow-ledger.ts';
import type { LedgerPage } from '../../../harness/ledger/ledger-program.ts';
import { ms } from '../../../harness/time/units.ts';
import { type HttpAnswer, openHttpExchange } from '../http-exchange/http-exchange.ts';
import { ENTRIES_PATH, LEDGER_PORT, LEDGER_SETUP, type LedgerSetup } from './ledger-protocol.ts';
import type { HttpServiceOptions } from './options.ts';

const POLL = ms(50);
/** A ledger that does not answer is asked again for so long. */
const LEDGER_TRIES = 100;

export function ledgerProgram(node: Node, { sink, ledger: { intent, key, answer, effects } }: Pick<HttpServiceOptions, 'sink' | 'ledger'>): Program {
  const setup: LedgerSetup = { ...bound(node, LEDGER_PORT), sink, file: join(dataOf(node), 'requests.jsonl'), reading: { intent, key, answer, effects } };
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', entryPath(import.meta.url, './ledger-main')];
  return { kind: 'exec', argv, env: { [LEDGER_SETUP]: JSON.stringify(setup) }, ports: [LEDGER_PORT] };
}

/** Asks again where the ledger is down or paused for a while; what it has seen is on its file. */
export function ledgerReader(ledger: Node, clock: Clock, ending: AbortSignal): ReadLedger {
  const never = new AbortController().signal;
  return async (from) => {
    for (let tries = 1; ; tries++) {
      try {
        const { text } = await askOnce(ledger, LEDGER_PORT, `${ENTRIES_PATH}?from=${from}`, never);
        return JSON.parse(text) as LedgerPage;
      } catch (error) {
        if (ending.aborted && tries >= LEDGER_TRIES) throw error;
        await clock.sleep(POLL);
      }
    }
  };
}

/** Whether that path of a node answers with a status of success. */
export async function isWell(node: Node, port: number, path: string, signal: AbortSignal): Promise<boolean> {
  const answer = await askOnce(node, port, path, signal).catch(() => undefined);
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

/** The data folder as a program sees it that is started elsewhere than the harness. */
export function dataOf(node: Node): string {
  return resolve(node.dataDir);
}

/** Where a node listens. */
export function bound(node: Node, port: number): { readonly host: string; readonly port: number } {
  const at = node.bindAddress(port);
  return { host: at.host, port: at.port };
}

/** From the control position, over a connection of its own. */
async function askOnce(node: Node, port: number, path: string, signal: AbortSignal): Promise<HttpAnswer> {
  const exchange = openHttpExchange(node.address(port, 'control'));
  try {
    return await exchange.get(path, signal);
  } finally {
    exchange.close();
  }
}
