/** Numbers with their units as tables show them. */

/** `12.480`: seconds of the run. */
export const secs = (ns: number): string => (ns / 1e9).toFixed(3);

/** `12.5`: seconds where a tenth is enough. */
export const tenths = (ns: number): string => (ns / 1e9).toFixed(1);

/** `0.42 ms`, `27.1 ms`, `1.25 s`; a dash where nothing was measured. */
export function msOf(ms: number | null): string {
  if (ms === null) return '–';
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** `99.7 %`. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  const value = Math.floor(share * 1000) / 10;
  return `${value === Math.floor(value) ? value.toFixed(0) : value.toFixed(1)} %`;
}
