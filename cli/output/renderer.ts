/** What `run`, `demo` and `replay` show: events while the run goes on, the verdict at its end. */
import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { DemoReport, RunPlan, RunReport } from '../../api/index.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import { createLiveView, renderDemo, renderVerdict } from '../../reports/terminal/index.ts';

export interface Renderer {
  readonly onEvent: (event: RunEvent) => void;
  /** Announces the next run. */
  begin(title: string, plan: RunPlan): void;
  /** Takes the live view away; what it showed last stays. */
  end(): void;
  verdict(report: RunReport): void;
  demo(report: DemoReport): void;
  /** Opens the report in the person's browser; says where it is when there is none. */
  open(report: RunReport): Promise<void>;
}

/** `silent` for machines that read JSON. */
export function createRenderer(kind: 'terminal' | 'silent'): Renderer {
  const out = process.stdout;
  const view = kind === 'silent' ? undefined : createLiveView({ stream: out });
  let next: { readonly title: string; readonly plan: RunPlan } | undefined;
  return {
    onEvent(event) {
      // a run that is refused before it begins is not announced
      if (next) view?.begin(next.title, subtitleOf(next.plan), next.plan.timeLimitMs);
      next = undefined;
      view?.onEvent(event);
    },
    begin(title, plan) {
      next = { title, plan };
    },
    end: () => view?.end(),
    verdict: (report) => void out.write(renderVerdict(report.results, report.history, report.folder.path)),
    demo: (report) => void out.write(renderDemo(report.broken, report.repaired, report.expectations)),
    open: async (report) => openInBrowser(report.folder.report),
  };
}

const subtitleOf = ({ nodes, host, workload, seed }: RunPlan): string =>
  `${nodes} ${nodes === 1 ? 'node' : 'nodes'} on ${host.name}, ${workload.name}, seed ${seed}`;

function openInBrowser(file: string): void {
  const command = { darwin: 'open', win32: 'explorer' }[platform() as string] ?? 'xdg-open';
  const child = spawn(command, [file], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`the report is at ${file}\n`));
  child.unref();
}
