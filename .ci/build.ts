// Compiles the package into dist/ and copies what is not code: the `assets` folders.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
for (const folder of globSync('{harness,checkers,workloads,targets,nemesis,reports,incidents,api,cli}/**/assets'))
  cpSync(folder, join('dist', folder), { recursive: true });
