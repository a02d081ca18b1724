import type { KnipConfig } from 'knip';

/** What nothing in the checkout imports by name: public entry points, workers and child processes, tests, measurements. */
const config: KnipConfig = {
  entry: [
    'cli/main.ts',
    '{api,checkers,workloads,nemesis,targets}/index.ts',
    'targets/hosts/sim/index.ts',
    // workers and children start by URL (harness/entry)
    '**/*-worker.ts',
    '**/*-main.ts',
    'targets/systems/*/program.ts',
    // node programs, named by URL
    'incidents/delivery/*.ts',
    'harness/ledger/ledger-program.ts',
    'targets/hosts/conformance/echo-program.ts',
    '**/fixtures/*.{ts,js,cjs,mjs}',
    // read and embedded, not imported
    'reports/html/assets/*.js',
    '**/*.test.ts',
    '**/*.soak.ts',
    'bench/*.ts',
    'docs/generate/*.ts',
    'examples/**/*.ts',
  ],
  project: ['**/*.{ts,js,cjs}'],
  // shapes of what a module gives and takes are exported with it, used by name or not
  exclude: ['types', 'duplicates'],
  ignoreExportsUsedInFile: true,
  // dependency-cruiser loads it
  ignoreDependencies: ['@swc/core'],
  // of the machine; where they are missing `ordeal doctor` says so
  ignoreBinaries: ['go', 'ip', 'ldd', 'mkfifo', 'mount', 'nft', 'nsenter', 'perl', 'prlimit', 'ssh-add', 'ssh-agent', 'ssh-keygen', 'umount', 'unshare'],
};

export default config;
