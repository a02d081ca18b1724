/** Jepsen's text logs: `INFO  jepsen.util - <process> :<type> :<f> <value> [<error>]`. All other lines are ignored. */
import { messageOf } from '../../errors/ordeal-error.ts';
import { EdnReader } from './edn.ts';
import { JepsenImport, type JepsenOp } from './jepsen-import.ts';
import type { Imported, Reading } from './reading.ts';
import { forEachLine } from './source.ts';

/** Where the logger ends and the operation begins; fields are separated by tabs or spaces. */
const OPERATION = /jepsen\.[\w.]+(?: -|:)\s+(\d+|:[\w-]+)\s+:(invoke|ok|fail|info)\s+:([^\s]+)(?:\s+(.*))?$/;
const MARKER = Buffer.from('jepsen.');

/** Whether a line is an operation of such a log. */
export function isJepsenLogLine(line: string): boolean {
  return OPERATION.test(line);
}

/** Throws ORDEAL_BAD_HISTORY. */
export async function readJepsenLog(reading: Reading): Promise<Imported> {
  const target = new JepsenImport(reading);
  const lines = await forEachLine(reading.source, 1, (bytes, start, end, line, torn) => {
    const text = bytes.subarray(start, end).includes(MARKER) ? bytes.toString('utf8', start, end) : '';
    const match = OPERATION.exec(text);
    if (!match) return;
    // Nobody can tell 12 from the beginning of 123.
    if (torn) return reading.notices.add({ code: 'torn-line', message: `line ${line}, the last, has no line end and was left out: it may be torn` });
    const [, process, type, f, rest] = match;
    try {
      target.append(operation(process!, type!, f!, rest ?? ''), line);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      target.soundness.flaw(line, `not an operation: ${messageOf(error)}`);
    }
  });
  return { builder: target.builder, lines, timed: false };
}

function operation(process: string, type: string, f: string, rest: string): JepsenOp {
  const reader = new EdnReader(rest);
  const keywordValue = !reader.atEnd() && reader.atKeyword();
  const value = reader.atEnd() ? null : reader.value();
  const op: JepsenOp = { process: process.startsWith(':') ? process.slice(1) : Number(process), type, f, value, keywordValue };
  return reader.atEnd() ? op : { ...op, error: reader.value() };
}
