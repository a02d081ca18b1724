/** Reading the ELF image of a vDSO: which machine, which functions are where, where its free tail begins. Pure. */

export interface ElfImage {
  /** 62 is x86-64, 183 is aarch64. */
  readonly machine: number;
  /** Functions by name: offset of their first byte. */
  readonly functions: ReadonlyMap<string, number>;
  /** The first byte behind everything that the file holds. */
  readonly end: number;
}

const MAGIC = 0x7f454c46;
const SEGMENT = { load: 1, dynamic: 2 };
const TAG = { hash: 4, strings: 5, symbols: 6 };
const SYMBOL_BYTES = 24;
const FUNCTION = 2;

/** Throws an Error when the bytes are no 64-bit ELF image with a symbol table. */
export function readElf(image: Buffer): ElfImage {
  if (image.length < 64 || image.readUInt32BE(0) !== MAGIC || image[4] !== 2) throw new Error('the vDSO is no 64-bit ELF image');
  const { bias, loadEnd, dynamic } = readSegments(image);
  const tags = readDynamic(image, dynamic);
  const symbols = (tags.get(TAG.symbols) ?? 0) - bias;
  const strings = (tags.get(TAG.strings) ?? 0) - bias;
  const hash = tags.get(TAG.hash);
  const count = hash === undefined ? Math.floor((strings - symbols) / SYMBOL_BYTES) : image.readUInt32LE(hash - bias + 4);
  const functions = new Map<string, number>();
  for (let i = 1; i < count; i++) {
    const at = symbols + i * SYMBOL_BYTES;
    if ((image.readUInt8(at + 4) & 15) !== FUNCTION) continue;
    const name = strings + image.readUInt32LE(at);
    functions.set(image.toString('latin1', name, image.indexOf(0, name)), word(image, at + 8) - bias);
  }
  const sectionsEnd = word(image, 40) + image.readUInt16LE(60) * 64;
  return { machine: image.readUInt16LE(18), functions, end: Math.max(loadEnd, sectionsEnd) };
}

function readSegments(image: Buffer): { readonly bias: number; readonly loadEnd: number; readonly dynamic: number } {
  const table = word(image, 32);
  let bias = 0;
  let loadEnd = 0;
  let dynamic = 0;
  for (let i = 0; i < image.readUInt16LE(56); i++) {
    const at = table + i * 56;
    const type = image.readUInt32LE(at);
    if (type === SEGMENT.load) {
      bias = word(image, at + 16) - word(image, at + 8);
      loadEnd = word(image, at + 8) + word(image, at + 32);
    } else if (type === SEGMENT.dynamic) dynamic = word(image, at + 8);
  }
  return { bias, loadEnd, dynamic };
}

function readDynamic(image: Buffer, at: number): ReadonlyMap<number, number> {
  const tags = new Map<number, number>();
  for (let entry = at; ; entry += 16) {
    const tag = word(image, entry);
    if (tag === 0) return tags;
    tags.set(tag, word(image, entry + 8));
  }
}

function word(image: Buffer, at: number): number {
  return Number(image.readBigUInt64LE(at));
}
