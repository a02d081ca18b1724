/** Which format a file is in, by its content: names of files prove nothing. */
import { OrdealError } from '../../errors/ordeal-error.ts';
import { isJepsenLogLine } from './jepsen-log.ts';
import type { FileSource } from './source.ts';

export const HISTORY_FORMATS = ['ordeal', 'edn', 'json', 'jepsen-log', 'intervals'] as const;
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

/** One line each, for messages and `--help`. */
export const FORMAT_SUMMARIES: Readonly<Record<HistoryFormat, string>> = {
  ordeal: "ordeal's own history.jsonl",
  edn: 'Jepsen EDN: one operation map a line, or a vector of them',
  json: 'JSON: an array of operation objects, as elle-cli reads them',
  'jepsen-log': "Jepsen's text log (… jepsen.util - <process> :<type> :<f> <value>)",
  intervals: 'interval JSONL: {process, f, key?, value, out, call, return, ok} a line',
};

const MAGIC: readonly (readonly [hex: string, name: string, remedy?: string])[] = [
  ['1f8b', 'gzip data', 'Unpack it first: gunzip -k FILE.'],
  ['28b52ffd', 'zstd data', 'Unpack it first: unzstd FILE.'],
  ['504b0304', 'a zip archive', 'Unpack it first.'],
  ['7f454c46', 'an ELF program'],
  ['25504446', 'a PDF'],
  ['53514c69746520', 'an SQLite database'],
  ['89504e47', 'a PNG picture'],
  ['4a455053454e', "Jepsen's binary test.jepsen", 'Use the history.edn beside it.'],
];

/** The format of a file whose beginning has been read. Throws ORDEAL_UNKNOWN_FORMAT or ORDEAL_EMPTY_HISTORY. */
export function detectFormat(source: FileSource): HistoryFormat {
  const head = source.bytes.subarray(source.start, source.end);
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') throw new OrdealError('ORDEAL_EMPTY_HISTORY', { what: 'the file is empty', where: source.path });
  const firstLine = text.trimStart().split('\n', 1)[0] ?? '';
  // A history whose writer was stopped within the first bytes is one of ours too.
  if (firstLine.startsWith('{"ordeal":') || '{"ordeal":'.startsWith(text)) return 'ordeal';
  const binary = binaryKind(head);
  if (binary) throw unknownFormat(source.path, binary.name, binary.remedy);
  if (/^\{\s*(?:"|$)/.test(firstLine)) return formatOfJson(source.path, firstLine);
  if (/^\[\s*\{\s*"/.test(text.trimStart().slice(0, 4096)) && text.includes('"process"')) return 'json';
  if (/^(?:[[(]\s*)?(?:#[\w.$/-]+\s*)?\{\s*:/.test(text.trimStart().slice(0, 4096)) || /^(?:;|[[(]\s*[\])]?\s*$)/.test(firstLine)) return 'edn';
  if (text.split('\n').some((line) => isJepsenLogLine(line.trimEnd())) || /\bjepsen\./.test(text)) return 'jepsen-log';
  throw unknownFormat(source.path, `a text that begins with ${JSON.stringify(firstLine.slice(0, 60))}`);
}

function formatOfJson(path: string, firstLine: string): HistoryFormat {
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(firstLine) as Readonly<Record<string, unknown>>;
  } catch {
    throw unknownFormat(path, `JSON whose first line is not a whole object (${JSON.stringify(firstLine.slice(0, 60))})`, 'Write one object a line.');
  }
  if ('ordeal' in json) return 'ordeal';
  if ('call' in json && 'return' in json) return 'intervals';
  if ('type' in json && 'process' in json) return 'f' in json && 'time' in json ? 'ordeal' : 'json';
  throw unknownFormat(path, `JSON lines with the fields ${Object.keys(json).slice(0, 8).join(', ')}`);
}

function binaryKind(head: Buffer): { readonly name: string; readonly remedy?: string } | undefined {
  const hex = head.subarray(0, 8).toString('hex');
  for (const [magic, name, remedy] of MAGIC) if (hex.startsWith(magic)) return remedy === undefined ? { name } : { name, remedy };
  const sample = head.subarray(0, 4096);
  const foreign = sample.filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)).length;
  return foreign > 0 ? { name: `binary data (it begins with ${hex})` } : undefined;
}

function unknownFormat(path: string, found: string, remedy?: string): OrdealError {
  const known = HISTORY_FORMATS.map((format) => `${format} (${FORMAT_SUMMARIES[format]})`).join('; ');
  const what = `this is ${found}, not a history; known formats: ${known}`;
  return new OrdealError('ORDEAL_UNKNOWN_FORMAT', remedy === undefined ? { what, where: path } : { what, where: path, remedy });
}
