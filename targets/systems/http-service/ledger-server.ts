/**
 * The effect ledger over HTTP (rule 29): every request that is not a GET and begins with the path of effects is an arrival;
 * `keyed`, a key is applied once. What is written down is on the file before it is answered, so that a killed ledger starts again with all of it.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Value } from '../../../harness/contracts/index.ts';
import { EffectLedger, type SinkRequest } from '../../../harness/ledger/effect-ledger.ts';
import type { LedgerPage } from '../../../harness/ledger/ledger-program.ts';
import { ENTRIES_PATH, LEDGER_SETUP, type LedgerSetup } from './ledger-protocol.ts';

/** What the harness told this process. */
export function readSetup(): LedgerSetup {
  return JSON.parse(process.env[LEDGER_SETUP] ?? '{}') as LedgerSetup;
}

/** Listens until the process ends. */
export function startLedger(setup: LedgerSetup): void {
  const ledger = new EffectLedger(setup.sink);
  for (const request of kept(setup.file)) ledger.apply(request);
  const apply = (request: SinkRequest) => {
    appendFileSync(setup.file, `${JSON.stringify(request)}\n`);
    return ledger.apply(request);
  };
  createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://ledger');
    if (url.pathname === ENTRIES_PATH) {
      const page: LedgerPage = { sink: ledger.kind, entries: ledger.entriesFrom(Number(url.searchParams.get('from'))) };
      send(response, 200, page);
    } else if (incoming.method === 'GET' || incoming.method === 'HEAD') send(response, 200, { sink: ledger.kind });
    else if (!url.pathname.startsWith(setup.reading.effects)) send(response, 200, setup.reading.answer);
    else void receive(incoming, setup, response, apply);
  }).listen(setup.port, setup.host);
}

/** A request counts once it is whole: what was cut off on its way never arrived. */
async function receive(incoming: IncomingMessage, { reading }: LedgerSetup, response: ServerResponse, apply: EffectLedger['apply']): Promise<void> {
  let text = '';
  try {
    for await (const piece of incoming.setEncoding('utf8')) text += piece;
  } catch {
    return;
  }
  const answer = apply(sinkRequestOf(text, incoming.headers, reading));
  if ('refused' in answer) send(response, 422, { error: 'this idempotency key was used for another payload' });
  else send(response, 200, { receipt: answer.receipt, ...reading.answer });
}

/** Pure: what a request asks for. A tag that no client's request can have is none. */
export function sinkRequestOf(text: string, headers: IncomingMessage['headers'], reading: LedgerSetup['reading']): SinkRequest {
  const payload = payloadOf(text, headers['content-type'] ?? '');
  const intent = tagIn(fieldOf(payload, reading.intent) ?? headers[reading.intent.toLowerCase()]);
  const key = headers[reading.key.toLowerCase()] ?? fieldOf(payload, reading.key);
  return {
    ...(intent !== undefined && { intent }),
    payload,
    ...((typeof key === 'string' || typeof key === 'number') && { key }),
  };
}

function tagIn(written: unknown): number | undefined {
  const tag = typeof written === 'string' && /^\d+$/.test(written) ? Number(written) : written;
  return typeof tag === 'number' && Number.isSafeInteger(tag) && tag >= 0 ? tag : undefined;
}

function payloadOf(text: string, type: string): Value {
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

/** `metadata.order` within a body; forms write it `metadata[order]`. */
function fieldOf(payload: Value, path: string): unknown {
  const [first = '', ...rest] = path.split('.');
  const flat = Object.entries(recordOf(payload)).find(([name]) => name === `${first}${rest.map((part) => `[${part}]`).join('')}`);
  if (flat !== undefined) return flat[1];
  return path.split('.').reduce<unknown>((value, part) => recordOf(value)[part], payload);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function kept(file: string): SinkRequest[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SinkRequest]));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
