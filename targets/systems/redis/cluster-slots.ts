/** Which of a cluster's slots a key is in (Redis Cluster specification, "Key distribution model"), and who has which slots. */
export const SLOTS = 16_384;

/** The slot of a key. What is between the first `{` and the next `}` decides alone, where there is something. */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  const tag = open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
  return crc16(Buffer.from(tag)) % SLOTS;
}

/** CRC-16/XMODEM. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** The ranges of `count` primaries, first and last slot of each, in turn: as even as can be. */
export function slotRanges(count: number): readonly (readonly [first: number, last: number])[] {
  const from = (i: number): number => Math.round((i * SLOTS) / count);
  return Array.from({ length: count }, (_, i) => [from(i), from(i + 1) - 1] as const);
}
