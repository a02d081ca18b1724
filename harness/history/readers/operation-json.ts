/** JSON operations as elle-cli reads them: an array of objects, or one object a line; `f`, `index` and `time` may be missing. */
import { messageOf } from '../../errors/ordeal-error.ts';
import { forEachForm } from './edn-forms.ts';
import { JepsenImport, type JepsenOp } from './jepsen-import.ts';
import { parseJson } from './numbers.ts';
import type { Imported, Reading } from './reading.ts';

/** Throws ORDEAL_BAD_HISTORY. */
export async function readOperationJson(reading: Reading): Promise<Imported> {
  const target = new JepsenImport(reading);
  const lines = await forEachForm(reading.source, {
    form(text, line) {
      let op: JepsenOp;
      try {
        op = parseJson(text) as JepsenOp;
      } catch (error) {
        return target.soundness.flaw(line, `not an operation object: ${messageOf(error)}`);
      }
      // What has no name can only be a transaction.
      target.append(op.f === undefined || op.f === null ? { ...op, f: 'txn' } : op, line);
    },
    stray(text, line) {
      target.soundness.flaw(line, `expected an operation object, found ${text}`);
    },
    torn(line) {
      reading.notices.add({ code: 'torn-line', message: `the file ends in the middle of an object (line ${line}), which was left out` });
    },
  });
  return { builder: target.builder, lines, timed: target.timed };
}
