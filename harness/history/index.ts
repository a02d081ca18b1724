/** The history: written to disk while a run goes on, held in columns for checkers, read from files of several kinds. */
export { HistoryBuilder, type HistoryBuilderOptions } from './builder.ts';
export { canonicalJson } from './canonical-json.ts';
export { encodeEvent } from './event-line.ts';
export type { HistoryHeader, HistoryHeaderFields } from './header.ts';
export { onlyKeys } from './only-keys.ts';
export { type ReadHistory, type ReadHistoryOptions, readHistory } from './read-history.ts';
export { FORMAT_SUMMARIES, HISTORY_FORMATS, type HistoryFormat } from './readers/detect.ts';
export { createMemorySink, createTeeSink } from './tee.ts';
export { type HistoryMessage, historyFromMessage, historyToMessage } from './transfer.ts';
export { createHistoryWriter, type HistoryWriter, type HistoryWriterOptions } from './writer.ts';
