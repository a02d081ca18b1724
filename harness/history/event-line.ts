/** One event as one line of `history.jsonl`. Fields have a fixed order and values one text, so the same run gives the same bytes. */
import type { Event, OpError, Value } from '../contracts/index.ts';
import { canonicalJson } from './canonical-json.ts';

/** Short texts that come back on every line (names of operations and nodes), quoted once. */
const quoted = new Map<string, string>();
const MOST_QUOTED = 4096;

/** `index, type, process, f, key?, value, time, scheduled?, node?, applied?, error?` as JSON, without a newline. */
export function encodeEvent(index: number, event: Omit<Event, 'index'>): string {
  const { process, key, value, scheduled, node, error } = event;
  let line = `{"index":${index},"type":"${event.type}","process":${typeof process === 'number' ? process : quote(process)},"f":${quote(event.f)}`;
  if (key !== undefined) line += `,"key":${textOf(key)}`;
  // A client may break its contract and give no value: then there is none in the file either.
  if (value !== undefined) line += `,"value":${textOf(value)}`;
  line += `,"time":${event.time}`;
  if (scheduled !== undefined) line += `,"scheduled":${scheduled}`;
  if (node !== undefined) line += `,"node":${quote(node)}`;
  if (event.applied === false) line += ',"applied":false';
  return error === undefined ? `${line}}` : `${line},"error":${errorText(error)}}`;
}

function errorText(error: OpError): string {
  return `{"code":${quote(error.code)},"message":${JSON.stringify(error.message)}}`;
}

function textOf(value: Value): string {
  if (value === null) return 'null';
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : canonicalJson(value);
}

function quote(name: string): string {
  const known = quoted.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (quoted.size < MOST_QUOTED) quoted.set(name, text);
  return text;
}
