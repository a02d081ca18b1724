// The architecture as a rule: dependencies point one way (docs/architecture.md has the picture).
// Tests stand outside it; that nothing imports a test is a rule of Biome's (biome.json).
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only ${allowed.join(', ')} of ours`,
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(harness|checkers|workloads|targets|nemesis|reports|incidents|api|cli|bench|examples)/', pathNot: `^(${[from, ...allowed].join('|')})(/|$)` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'contracts are types, which may refer to each other',
      from: { pathNot: '^harness/contracts/' },
      to: { circular: true },
    },
    only('harness-imports-nothing-of-ours', 'harness', []),
    only('checkers', 'checkers', ['harness']),
    only('workloads', 'workloads', ['harness', 'checkers']),
    only('targets', 'targets', ['harness', 'workloads/operations']),
    only('nemesis', 'nemesis', ['harness']),
    only('reports', 'reports', ['harness', 'checkers']),
    only('incidents', 'incidents', ['harness', 'workloads', 'nemesis']),
    only('api', 'api', ['harness', 'checkers', 'workloads', 'targets', 'nemesis', 'reports', 'incidents']),
    only('cli', 'cli', ['api', 'harness', 'reports']),
    only('examples-import-the-package', 'examples', []),
    {
      name: 'kernel-is-pure',
      comment: 'the kernel imports nothing of the conductor',
      severity: 'error',
      from: { path: '^harness/(contracts|history|generator|time|random|errors)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^harness/(runner|lifecycle|store|search|entry)/' },
    },
    { name: 'chalk-at-the-edge', severity: 'error', from: { pathNot: '^(reports/terminal|cli)/' }, to: { path: 'node_modules/(chalk|log-update)/' } },
    { name: 'commander-in-cli', severity: 'error', from: { pathNot: '^cli/' }, to: { path: 'node_modules/commander/' } },
    {
      name: 'viewer-imports-view-model-types-only',
      severity: 'error',
      from: { path: '^reports/viewer/' },
      to: { pathNot: '^(reports/viewer/|reports/view-model/|node_modules/)' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(dist|node_modules)/', '\\.test\\.ts$'] },
    enhancedResolveOptions: { extensions: ['.ts', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
