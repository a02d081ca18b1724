/**
 * The public entry points. A user's module may `import 'ordeal'` even where ordeal is not installed beside it, and where
 * another copy is: it always gets the ordeal that runs it, so that there is one of everything.
 */
import { registerHooks } from 'node:module';
import { entryUrl } from './entry-url.ts';

/** Specifier → module, from the root of the checkout or of `dist`. package.json's `exports` say the same. */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  ordeal: 'api/index',
  'ordeal/checkers': 'checkers/index',
  'ordeal/workloads': 'workloads/index',
  'ordeal/nemesis': 'nemesis/index',
  'ordeal/targets': 'targets/index',
  'ordeal/sim': 'targets/hosts/sim/index',
};

let registered = false;

/** Imports a module of a user's: a configuration, a checker, a node program. Rejects with what the import throws. */
export function importModule(url: string): Promise<Record<string, unknown>> {
  if (!registered) {
    registered = true;
    hushTypeless();
    registerHooks({
      resolve(specifier, context, next) {
        const module = Object.hasOwn(ENTRY_POINTS, specifier) ? ENTRY_POINTS[specifier] : undefined;
        if (module === undefined) return next(specifier, context);
        return { url: entryUrl(import.meta.url, `../../${module}`).href, shortCircuit: true };
      },
    });
  }
  return import(url) as Promise<Record<string, unknown>>;
}

/** A user's package.json may say nothing of modules: Node finds out what a file is, and has no need to complain about it. */
function hushTypeless(): void {
  const emit = process.emitWarning.bind(process) as (...args: readonly unknown[]) => void;
  process.emitWarning = (...args: readonly unknown[]): void => {
    const details = args[1] as { readonly code?: string } | undefined;
    if (details?.code !== 'MODULE_TYPELESS_PACKAGE_JSON' && args[2] !== 'MODULE_TYPELESS_PACKAGE_JSON') emit(...args);
  };
}
