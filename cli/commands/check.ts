/** `ordeal check FILE…`: judges histories, ours or anybody's, stand-alone. */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type CheckedFile, type CheckFilesRequest, checkFiles, DEFAULT_BUDGET, durationMs, exitCodeOfFiles, extractedCase } from '../../api/index.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { FORMAT_SUMMARIES, HISTORY_FORMATS } from '../../harness/history/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { CheckProgress } from '../output/check-progress.ts';
import { renderChecked } from '../output/render-checked.ts';
import type { CommandContext } from './command.ts';

const EXAMPLES = `
Formats, recognised by content:
${HISTORY_FORMATS.map((name) => `  ${name.padEnd(12)}${FORMAT_SUMMARIES[name]}`).join('\n')}

Examples:
  npx ordeal check ordeal-results/latest
  npx ordeal check store/etcd/*/jepsen.log --model etcd-register
  npx ordeal check history.edn --model cas-register --init null --json
  npx ordeal check history.jsonl --checker bank --with accounts=8 --with balance=100
  npx ordeal check history.jsonl --key 12 --explain
  npx ordeal check history.jsonl --witness order.json
  npx ordeal check history.json --workload list-append --consistency-model serializable
  npx ordeal check history.json --consistency-model serializable --extract case.jsonl
`;

interface CheckFlags {
  readonly model?: string;
  readonly checker?: string;
  readonly key?: readonly string[];
  readonly engine?: string;
  readonly consistency?: 'linearizable' | 'sequential';
  readonly witness?: string;
  readonly extract?: string;
  readonly workload?: 'list-append' | 'rw-register' | 'predicate';
  readonly consistencyModel?: string;
  readonly init?: string;
  readonly with?: readonly string[];
  readonly format?: CheckFilesRequest['format'];
  readonly failedCas?: 'noop' | 'observation';
  readonly lenient?: boolean;
  readonly budget?: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** Adds the command. */
export function checkCommand(command: Command, context: CommandContext): void {
  command
    .argument('<files...>', 'histories, run folders, or folders of histories')
    .option('--model <name>', 'what the operations mean: see `ordeal list models` (default: cas-register)')
    .option('--checker <name>', 'another checker than linearizable: see `ordeal list checkers`')
    .option('--key <key>', 'check the operations on this key only; may be given several times', (key: string, before: readonly string[] = []) => [
      ...before,
      key,
    ])
    .option('--engine <name>', 'the only engine that may decide (default: the first that is made for the problem)')
    .addOption(new Option('--consistency <kind>', 'sequential: only the order of each process counts, not the clock').choices(['linearizable', 'sequential']))
    .addOption(new Option('--workload <name>', 'what transactions do: judge their isolation').choices(['list-append', 'rw-register', 'predicate']))
    .option('--consistency-model <names>', 'what transactions are promised, by any usual name, several with commas (default: strict-serializable)')
    .option(
      '--with <key=value>',
      'an option of the --checker (or of linearizable, with a --model), as `docs/checkers.md` lists them; may be given several times',
      (pair: string, before: readonly string[] = []) => [...before, pair],
    )
    .option('--init <json>', "the model's initial value (alone: that of the default model)")
    .addOption(new Option('--format <name>', 'when the content does not tell').choices(['auto', ...HISTORY_FORMATS]))
    .addOption(new Option('--failed-cas <meaning>', 'what a failed cas says: nothing happened, or another value was seen').choices(['noop', 'observation']))
    .option('--lenient', 'make notices of what is wrong with a history, where it can be judged all the same')
    .option('--budget <duration>', 'the time that each file may take (default: 60s)')
    .option('--explain', 'with each conviction its minimised counterexample: how far it can be ordered, why it ends there, drawn on lanes')
    .option('--witness <file>', 'write the linearizations of valid histories: for each key the invocations in order, replayed by the verifier')
    .option('--extract <file>', 'write the fewest transactions of a conviction that are convicted again: a history of its own')
    .option('--json', 'print an array of {file, valid, model, ops, engine, …}; with --explain also the linearizations')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], flags: CheckFlags) => {
      const explain = flags.explain === true ? 'explained' : files.length === 1 ? 'all' : 'first';
      const request = requestOf(files, flags);
      const cases: string[] = [];
      const progress = new CheckProgress({ stream: process.stderr, clock: createRealClock() });
      const checked = await checkFiles({
        ...request,
        onProgress: (step) => progress.show(step),
        onFile(line, history) {
          progress.clear();
          if (!flags.json) process.stdout.write(renderChecked(line, explain, history));
          if (flags.extract !== undefined && history !== undefined && cases.length === 0)
            cases.push(...[extractedCase(line, history, request.isolation)].flatMap((one) => one ?? []));
        },
      });
      if (flags.extract !== undefined) writeCase(flags.extract, cases[0]);
      if (flags.witness !== undefined) writeWitness(flags.witness, checked);
      if (flags.json) process.stdout.write(`${JSON.stringify(checked, null, 2)}\n`);
      context.exitCode = exitCodeOfFiles(checked);
    });
}

function requestOf(files: readonly string[], flags: CheckFlags): CheckFilesRequest {
  return {
    files,
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.checker !== undefined && { checker: flags.checker }),
    ...(flags.key !== undefined && { keys: flags.key }),
    ...(flags.engine !== undefined && { engine: flags.engine }),
    ...(flags.consistency !== undefined && { consistency: flags.consistency }),
    ...((flags.witness !== undefined || (flags.json === true && flags.explain === true && flags.consistency !== 'sequential')) && { witness: true }),
    ...((flags.workload !== undefined || flags.consistencyModel !== undefined) && { isolation: isolationOf(flags) }),
    ...((flags.init !== undefined || flags.with !== undefined) && { options: optionsOf(flags) }),
    ...(flags.format !== undefined && { format: flags.format }),
    ...(flags.failedCas !== undefined && { failedCas: flags.failedCas }),
    strictness: flags.lenient ? 'lenient' : 'strict',
    budget: { ...DEFAULT_BUDGET, ...(flags.budget !== undefined && { timeMs: durationMs(flags.budget, '--budget') }) },
  };
}

/** Writes it, or says that there is none. Throws ORDEAL_NO_SUCH_FILE where it cannot be written. */
function writeCase(path: string, text: string | undefined): void {
  if (text === undefined) {
    process.stderr.write('--extract: no history of transactions was convicted, so there is no case to write\n');
    return;
  }
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new OrdealError('ORDEAL_NO_SUCH_FILE', { what: `it cannot be written: ${messageOf(cause)}`, where: path, cause });
  }
}

/** One entry for each valid history whose check hands one out. Throws ORDEAL_NO_SUCH_FILE where it cannot be written. */
function writeWitness(path: string, checked: readonly CheckedFile[]): void {
  const witnesses = checked.flatMap(({ file, model, linearization }) => (linearization === undefined ? [] : [{ file, model, linearization }]));
  try {
    writeFileSync(path, `${JSON.stringify(witnesses)}\n`);
  } catch (cause) {
    throw new OrdealError('ORDEAL_NO_SUCH_FILE', { what: `it cannot be written: ${messageOf(cause)}`, where: path, cause });
  }
}

function isolationOf({ workload, consistencyModel }: CheckFlags): NonNullable<CheckFilesRequest['isolation']> {
  const models = consistencyModel?.split(',').map((name) => name.trim());
  return { ...(workload !== undefined && { workload }), ...(models !== undefined && { consistencyModels: models }) };
}

function optionsOf({ init, with: pairs = [] }: CheckFlags): Readonly<Record<string, unknown>> {
  return { ...(init !== undefined && { init: jsonOf(init, '--init') }), ...Object.fromEntries(pairs.map(pairOf)) };
}

/** What is no JSON is a text. Throws ORDEAL_BAD_OPTION where there is no key. */
function pairOf(pair: string): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1)
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: `"${pair}" is no key=value`,
      where: '--with',
      value: pair,
      remedy: 'Write it as in --with capacity=10.',
    });
  const text = pair.slice(at + 1);
  try {
    return [pair.slice(0, at), JSON.parse(text)];
  } catch {
    return [pair.slice(0, at), text];
  }
}

/** A JSON value of the command line. Throws ORDEAL_BAD_OPTION. */
function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: `"${text}" is not JSON`, where, value: text, remedy: `Write a JSON value: null, 0, '"text"'.` });
  }
}
