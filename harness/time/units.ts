/** Units of time. Durations are strings ('5s') at the edge only; inside they are ns. */
import type { Ns } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

export const ns = (value: number): Ns => Math.round(value) as Ns;
export const ms = (value: number): Ns => Math.round(value * NS_PER_MS) as Ns;
export const seconds = (value: number): Ns => Math.round(value * NS_PER_S) as Ns;

/** `12.480 s`: three decimals, for sentences where order matters. */
export function formatSeconds(time: number): string {
  return `${(time / NS_PER_S).toFixed(3)} s`;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1_000,
  µs: 1_000,
  ms: NS_PER_MS,
  s: NS_PER_S,
  m: 60 * NS_PER_S,
  min: 60 * NS_PER_S,
  h: 3600 * NS_PER_S,
};

/** Parses `5s`, `250ms`, `1.5m`; a bare number means seconds. Throws ORDEAL_BAD_DURATION. */
export function parseDuration(text: string | number, where: string): Ns {
  if (typeof text === 'number') return seconds(text);
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zµ]*)\s*$/.exec(text);
  const unit = match ? UNITS[match[2] === '' ? 's' : (match[2] ?? '')] : undefined;
  if (!match || unit === undefined) {
    throw new OrdealError('ORDEAL_BAD_DURATION', { what: `"${text}" is not a duration`, where, value: text });
  }
  return ns(Number(match[1]) * unit);
}
