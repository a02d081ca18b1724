/**
 * JUnit XML, the common subset that CI systems read: one suite per run, one case per check. A violation is a failure with
 * the command inside its text, since some readers show nothing else; what is unknown is an error, never a failure.
 */
import type { RunResults } from '../../harness/store/index.ts';

type Check = RunResults['checks'][number];

/** The whole document. `startedAt`: ISO time, where it is known. */
export function renderJunit(results: RunResults, startedAt?: string): string {
  const cases = [...results.checks.map((check) => checkCase(results, check)), ...runCase(results)];
  const failures = cases.filter(({ kind }) => kind === 'failure').length;
  const errors = cases.filter(({ kind }) => kind === 'error').length;
  const seconds = (Math.max(0, ...results.phases.map((phase) => phase.endNs)) / 1e9).toFixed(3);
  const totals = `tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ordeal" ${totals}>
  <testsuite name="${xml(results.name)}" ${totals} skipped="0"${startedAt === undefined ? '' : ` timestamp="${xml(startedAt)}"`}>
    <properties>
${properties(results)}
    </properties>
${cases.map(({ text }) => text).join('\n')}
  </testsuite>
</testsuites>
`;
}

function properties(results: RunResults): string {
  const pairs: readonly (readonly [string, string])[] = [
    ['seed', String(results.seed)],
    ['verdict', String(results.valid)],
    ['ordeal', results.ordeal],
    ['system', results.system],
    ['host', results.host],
    ['workload', results.workload],
    ['nodes', String(results.nodes)],
    ['faults.injected', String(results.faults.length)],
    ['faults.proven', String(results.faults.filter((fault) => fault.proven).length)],
    ['operations.ok', String(results.counts.ok)],
    ['operations.info', String(results.counts.info)],
    ['operations.fail', String(results.counts.fail)],
    ['reproduce', results.reproduce.run],
  ];
  return pairs.map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`).join('\n');
}

interface Case {
  readonly kind: 'pass' | 'failure' | 'error';
  readonly text: string;
}

function checkCase(results: RunResults, check: Check): Case {
  if (check.valid === true) return testCase(results, check.checker);
  if (check.valid === 'unknown') {
    const reasons = check.reasons ?? [];
    return testCase(results, check.checker, 'error', reasons[0]?.code ?? 'unknown', reasons.map(inWords));
  }
  const anomalies = check.anomalies ?? [];
  return testCase(results, check.checker, 'failure', anomalies[0]?.type ?? 'invalid', [
    ...anomalies.map((anomaly) => anomaly.sentence),
    ...(results.outsideClaims ?? []).map((what) => `outside what the system claims: ${what}`),
  ]);
}

/** What no check says: the environment failed, the run was cut short. */
function runCase(results: RunResults): Case[] {
  const told = new Set(results.checks.flatMap((check) => (check.reasons ?? []).map((reason) => `${reason.code} ${reason.message}`)));
  const own = results.reasons.filter((reason) => !told.has(`${reason.code} ${reason.message}`));
  const [first] = own;
  return first === undefined ? [] : [testCase(results, 'run', 'error', first.code, own.map(inWords))];
}

const inWords = ({ message, remedy }: { message: string; remedy?: string | undefined }): string => (remedy === undefined ? message : `${message}. ${remedy}`);

function testCase(results: RunResults, name: string, kind: Case['kind'] = 'pass', type = '', lines: readonly string[] = []): Case {
  const open = `    <testcase name="${xml(name)}" classname="${xml(results.name)}"`;
  if (kind === 'pass') return { kind, text: `${open}/>` };
  const body = [...lines, '', `Again: ${results.reproduce.run}`].join('\n');
  const message = (lines[0] ?? type).replaceAll('\n', ' ');
  return { kind, text: `${open}>\n      <${kind} type="${xml(type)}" message="${xml(message)}">${xml(body)}</${kind}>\n    </testcase>` };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** For text and attributes. What XML 1.0 cannot carry becomes U+FFFD. */
function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not allow
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
  );
}
