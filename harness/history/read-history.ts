/** Reads a history from a file of any known format. */
import type { History, Reason } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import type { HistoryHeader } from './header.ts';
import { detectFormat, type HistoryFormat } from './readers/detect.ts';
import { readIntervals } from './readers/intervals.ts';
import { readJepsenEdn } from './readers/jepsen-edn.ts';
import { readJepsenLog } from './readers/jepsen-log.ts';
import { Notices } from './readers/notices.ts';
import { readOperationJson } from './readers/operation-json.ts';
import { readOrdealJsonl } from './readers/ordeal-jsonl.ts';
import type { Imported, Reading, ReadOptions } from './readers/reading.ts';
import { FileSource } from './readers/source.ts';

export interface ReadHistoryOptions extends ReadOptions {
  /** Default `auto`: by the content. */
  readonly format?: HistoryFormat | 'auto';
  /** Default true: a history without an operation of a client is ORDEAL_EMPTY_HISTORY. Else it is given as it is. */
  readonly requireOperations?: boolean;
}

export interface ReadHistory {
  readonly history: History;
  readonly format: HistoryFormat;
  /** Of our own files only. */
  readonly header?: HistoryHeader;
  /** What was wrong and did not prevent reading: a torn last line, with `lenient` every flaw. */
  readonly notices: readonly Reason[];
  readonly lines: number;
  /** False where the file has no times; `time` then numbers the events. */
  readonly timed: boolean;
}

const READERS: Readonly<Record<HistoryFormat, (reading: Reading) => Promise<Imported>>> = {
  ordeal: readOrdealJsonl,
  edn: readJepsenEdn,
  json: readOperationJson,
  'jepsen-log': readJepsenLog,
  intervals: readIntervals,
};

/**
 * Throws ORDEAL_NO_SUCH_FILE (unreadable), ORDEAL_UNKNOWN_FORMAT (binary or foreign, with what was found),
 * ORDEAL_EMPTY_HISTORY (no operations), ORDEAL_BAD_HISTORY (unsound, with file and line).
 */
export async function readHistory(path: string, options: ReadHistoryOptions): Promise<ReadHistory> {
  const source = await FileSource.open(path);
  source.onProgress = options.onProgress ?? source.onProgress;
  try {
    return await readFrom(source, options);
  } finally {
    await source.close();
  }
}

async function readFrom(source: FileSource, options: ReadHistoryOptions): Promise<ReadHistory> {
  const format = options.format === undefined || options.format === 'auto' ? detectFormat(source) : options.format;
  const notices = new Notices();
  const imported = await READERS[format]({ source, options, notices });
  const history = imported.builder.build();
  if (options.requireOperations !== false && !hasOperation(history)) {
    throw new OrdealError('ORDEAL_EMPTY_HISTORY', { what: `the history has no operations (${imported.lines} lines, read as ${format})`, where: source.path });
  }
  const { header, lines, timed } = imported;
  return { history, format, ...(header === undefined ? {} : { header }), notices: notices.list(), lines, timed };
}

function hasOperation(history: History): boolean {
  const { process } = history.columns;
  for (let i = 0; i < history.length; i++) if (process[i]! >= 0) return true;
  return false;
}
