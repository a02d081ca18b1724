#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it: finds a Node that is new enough, then starts the command line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { constants, homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);
const newEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
const checkout = existsSync(new URL('../cli/main.ts', import.meta.url));
// a checkout pins its own Node in node_modules, for machines whose Node is older
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (newEnough) {
  keepCompiledModules();
  // relative specifiers stay apart: a bundler or a packer must not try to follow both
  const main = await import(new URL(checkout ? '../cli/main.ts' : '../dist/cli/main.js', import.meta.url).href);
  const argv = process.argv.slice(2);
  // the watchdog heals what this leaves behind
  process.on('uncaughtException', (error) => process.exit(main.fail(error, argv)));
  // where nobody reads the output any more (`| head`), what was begun is ended and healed all the same, and the exit code tells
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.exitCode = await main.main(argv);
} else if (checkout && existsSync(pinned)) {
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // it heals when it is told to stop, so this process waits for it; a terminal's Ctrl-C reaches both
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  const [code, signal] = await once(child, 'exit');
  process.exitCode = code ?? 128 + constants.signals[signal];
} else {
  process.stderr.write(
    `ORDEAL_NODE_VERSION  this is Node ${process.versions.node}; ordeal needs ${NEEDED.join('.')} or newer\n  ` +
      `${checkout ? 'Run `npm ci` here (it brings its own Node), or install a newer Node.' : 'Install a newer Node, or run: npx -p node@24 -p ordeal ordeal …'}\n`,
  );
  process.exitCode = 64;
}

/** To read and compile modules is most of what a short command does: what came of it is kept, in a folder that nobody else writes. */
function keepCompiledModules() {
  const { XDG_CACHE_HOME: xdg = '' } = process.env;
  try {
    let folder = isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
    // step by step, because Node's own `recursive` never ends where a folder can neither be made nor be found (/proc)
    for (const name of ['', 'ordeal', 'compiled']) {
      folder = join(folder, name);
      if (!existsSync(folder)) mkdirSync(folder);
    }
    process.env.NODE_COMPILE_CACHE ??= folder;
    module.enableCompileCache?.();
  } catch {
    // without it everything starts later, and that is all
  }
}
