/** Jepsen's `history.edn`: one operation map a line, or one vector of them; also key-value logs with a `:key`. */
import { messageOf } from '../../errors/ordeal-error.ts';
import { EdnReader } from './edn.ts';
import { forEachForm } from './edn-forms.ts';
import { JepsenImport, type JepsenOp } from './jepsen-import.ts';
import type { Imported, Reading } from './reading.ts';

/** Throws ORDEAL_BAD_HISTORY. */
export async function readJepsenEdn(reading: Reading): Promise<Imported> {
  const target = new JepsenImport(reading);
  const lines = await forEachForm(reading.source, {
    form(text, line) {
      let op: JepsenOp;
      try {
        op = parseOp(text);
      } catch (error) {
        return target.soundness.flaw(line, `not an operation map: ${messageOf(error)}`);
      }
      target.append(op, line);
    },
    stray(text, line) {
      target.soundness.flaw(line, `expected an operation map, found ${text}`);
    },
    torn(line) {
      reading.notices.add({ code: 'torn-line', message: `the file ends in the middle of a form (line ${line}), which was left out` });
    },
  });
  return { builder: target.builder, lines, timed: target.timed };
}

function parseOp(text: string): JepsenOp {
  const reader = new EdnReader(text);
  const op: JepsenOp = {};
  reader.entries((key) => {
    const isKeyword = reader.atKeyword();
    const value = reader.value();
    if (key === 'value') {
      op.value = value;
      op.keywordValue = isKeyword;
    } else if (key === 'type') op.type = value;
    else if (key === 'f') op.f = value;
    else if (key === 'process') op.process = value;
    else if (key === 'key') op.key = value;
    else if (key === 'time') op.time = value;
    else if (key === 'error') op.error = value;
    else if (key === 'node') op.node = value;
  });
  return op;
}
