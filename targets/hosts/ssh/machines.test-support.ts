/**
 * Machines for tests: real sshds in network namespaces of their own, each with processes of its own (a pid namespace) and
 * a /run of its own. Nothing of the system's configuration is used or touched. Needs root and openssh-server.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';

const SSHD = '/usr/sbin/sshd';

/** Who is not root on these machines. */
export const SUDOER = 'sudoer';

/** What keeps tests from sshds of their own; empty when nothing does. */
export function noMachines(): string {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  if (!existsSync(SSHD)) return 'there is no sshd: install the package openssh-server';
  if (spawnSync('unshare', ['--net', '--pid', '--fork', '--mount-proc', 'nft', 'list', 'tables'], { stdio: 'ignore' }).status !== 0)
    return 'no namespace with nft';
  return '';
}

export interface TestMachine {
  readonly address: string;
  readonly namespace: string;
}

/** So many machines, a harness's place beside them, and what it takes to log in. */
export class Machines implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'ordeal-sshd-'));
  readonly machines: readonly TestMachine[];
  readonly port = 2_222;
  readonly key = join(this.folder, 'id');
  readonly knownHosts = join(this.folder, 'known_hosts');
  /** What this very process connects from. */
  readonly here: string;
  readonly #sshds = new Map<string, ChildProcess>();
  readonly #hub: string;

  constructor(count: number) {
    const net = freeNet();
    const name = `osshd${process.pid}`;
    this.#hub = `${name}-sw`;
    this.here = `198.19.${net}.254`;
    this.machines = Array.from({ length: count }, (_, i) => ({ address: `198.19.${net}.${i + 1}`, namespace: `${name}-${i + 1}` }));
    try {
      run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', this.key);
      run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, 'host'));
      run('ip', 'netns', 'add', this.#hub);
      run('ip', '-n', this.#hub, 'link', 'add', 'br0', 'type', 'bridge');
      run('ip', '-n', this.#hub, 'link', 'set', 'br0', 'up');
      this.machines.forEach((machine, i) => {
        run('ip', 'netns', 'add', machine.namespace);
        run('ip', '-n', machine.namespace, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', `v${i}`, 'netns', this.#hub);
        run('ip', '-n', this.#hub, 'link', 'set', `v${i}`, 'master', 'br0', 'up');
        run('ip', '-n', machine.namespace, 'addr', 'add', `${machine.address}/24`, 'dev', 'eth0');
        for (const device of ['lo', 'eth0']) run('ip', '-n', machine.namespace, 'link', 'set', device, 'up');
      });
      const cable = `os${process.pid}`;
      run('ip', '-n', this.#hub, 'link', 'add', 'vc', 'type', 'veth', 'peer', 'name', cable, 'netns', String(process.pid));
      run('ip', '-n', this.#hub, 'link', 'set', 'vc', 'master', 'br0', 'up');
      run('ip', 'addr', 'add', `${this.here}/24`, 'dev', cable);
      run('ip', 'link', 'set', cable, 'up');
      const hostKey = readFileSync(join(this.folder, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
      writeFileSync(this.knownHosts, this.machines.map(({ address }) => `[${address}]:${this.port} ${hostKey}\n`).join(''));
      writeFileSync(join(this.folder, 'authorized_keys'), readFileSync(`${this.key}.pub`));
      writeFileSync(join(this.folder, 'sshd_config'), this.#config());
      this.#people();
      for (const machine of this.machines) this.boot(machine);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The words of `--ssh-node`. */
  get nodes(): string {
    return this.machines.map(({ address }) => `root@${address}:${this.port}`).join(',');
  }

  /** The flags that lead a run here. */
  get flags(): readonly string[] {
    return ['--ssh-node', this.nodes, '--ssh-key', this.key, '--ssh-known-hosts', this.knownHosts, '--ssh-folder', this.folder];
  }

  /** Starts its sshd, and waits until it listens. */
  boot({ namespace, address }: TestMachine): void {
    const own = ['passwd', 'shadow', 'sudoers']
      .filter((name) => existsSync(`/etc/${name}`))
      .map((name) => `mount --bind ${join(this.folder, name)} /etc/${name} && `);
    const init = `${own.join('')}mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"`;
    const argv = ['netns', 'exec', namespace, 'unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', init, 'sh'];
    const sshd = spawn('ip', [...argv, SSHD, '-D', '-e', '-f', join(this.folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    sshd.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    this.#sshds.set(namespace, sshd);
    const listens = `for i in $(seq 200); do ss -Hltn 'sport = :${this.port}' | grep -q . && exit 0; sleep 0.05; done; exit 1`;
    if (spawnSync('ip', ['netns', 'exec', namespace, 'sh', '-c', listens]).status !== 0) throw new Error(`sshd at ${address} does not listen: ${said}`);
  }

  /** Runs a command as somebody at that machine would, past its sshd. */
  at({ namespace }: TestMachine, command: string): string {
    const pid = this.#sshds.get(namespace)?.pid;
    const [init = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
    return execFileSync('nsenter', ['-t', init, '-n', '-m', '-p', 'sh', '-c', command], { encoding: 'utf8' });
  }

  /** What is there of ours: folders, tables of rules, processes other than sshd's own. */
  left(machine: TestMachine): { readonly folders: string; readonly tables: string; readonly processes: string } {
    return {
      folders: this.at(machine, `ls -d ${this.folder}/ordeal-* 2>/dev/null || true`).trim(),
      tables: this.at(machine, 'nft list tables').trim(),
      processes: this.at(
        machine,
        `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null | grep -v -e sshd -e '^$' -e 'for p in' -e 'tr .0' -e ^grep || true`,
      ).trim(),
    };
  }

  /** Pulls or plugs the cable of a machine. */
  cable(machine: TestMachine, state: 'up' | 'down'): void {
    run('ip', '-n', this.#hub, 'link', 'set', `v${this.machines.indexOf(machine)}`, state);
  }

  [Symbol.dispose](): void {
    for (const sshd of this.#sshds.values()) sshd.kill('SIGKILL');
    for (const name of [...this.machines.map(({ namespace }) => namespace), this.#hub]) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Beside root the machines have somebody who may use sudo; the files of this machine are left alone. */
  #people(): void {
    // sshd reads keys as who logs in
    chmodSync(this.folder, 0o755);
    writeFileSync(join(this.folder, 'passwd'), `${readFileSync('/etc/passwd', 'utf8')}${SUDOER}:x:4242:4242::/tmp:/bin/sh\n`);
    writeFileSync(join(this.folder, 'shadow'), `${readFileSync('/etc/shadow', 'utf8')}${SUDOER}:*:20000::::::\n`, { mode: 0o600 });
    writeFileSync(join(this.folder, 'sudoers'), `root ALL=(ALL) ALL\n${SUDOER} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 });
  }

  #config(): string {
    return [
      `Port ${this.port}`,
      `HostKey ${join(this.folder, 'host')}`,
      `AuthorizedKeysFile ${join(this.folder, 'authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel ERROR',
      '',
    ].join('\n');
  }
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, [...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The last byte but one of a 198.19.<net>.0/24 that no other test is on. */
function freeNet(): number {
  const taken = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  let net = 1 + (process.pid % 250);
  while (taken.some((address) => address.startsWith(`198.19.${net}.`))) net = 1 + (net % 250);
  return net;
}
