/** Reads plain data of unknown shape: statistics of checkers, values of nemesis operations. What is not there is undefined. */

export type Fields = { readonly [key: string]: unknown };

/** The fields of an object; none where it is no object. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The items of a list; none where it is no list. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A finite number, or null. */
export function numberOr(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A finite number, or 0. */
export function amount(value: unknown): number {
  return numberOr(value) ?? 0;
}

/** The strings of a list. */
export function strings(value: unknown): string[] {
  return items(value).filter((item) => typeof item === 'string');
}
