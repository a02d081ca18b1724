/** What a run would do on which machine, of the configuration alone: nobody is connected to. */
import type { HostRequest, HostStep, NodeId } from '../../../harness/contracts/index.ts';
import { cutsLinks } from '../process/process-cluster.ts';
import { loginsOf, nameOf } from './login.ts';
import { DEAD_MAN_SECONDS, SUDO } from './node-script.ts';
import type { SshOptions } from './options.ts';
import { folderOn, tableOf } from './ssh-cluster.ts';

/** Pure. Throws ORDEAL_BAD_OPTION as opening does. */
export function previewSsh({
  runId,
  nodes,
  instrument,
  options,
}: Pick<HostRequest<SshOptions>, 'runId' | 'nodes' | 'instrument' | 'options'>): readonly HostStep[] {
  const nft = options.sshSudo ? `${SUDO} nft` : 'nft';
  return loginsOf(options, nodes).flatMap(({ login, address }, i) => {
    const node = `n${i + 1}` as NodeId;
    const folder = folderOn(options, runId, node);
    const through = login.jump === undefined ? '' : ` through ${nameOf(login.jump)}`;
    const does = [
      `log in${through}, as long as its key is in ${login.knownHosts.join(' or ')}`,
      `make ${folder}, and copy a script and the program of the system into it`,
      `start a switch that undoes all of this when it has not heard of us for ${DEAD_MAN_SECONDS} s`,
      `start the program${address === undefined ? '' : ` at ${address}`}, watch it, end it`,
      ...(instrument.has('process.kill' as never) ? ['send SIGKILL to that program, and start it again'] : []),
      ...(instrument.has('process.pause' as never) ? ['send SIGSTOP and SIGCONT to that program'] : []),
      ...(cutsLinks({ instrument }) ? [`write the table inet ${tableOf(runId)} with ${nft}, which spares our own connection, and delete it`] : []),
      `remove ${folder}`,
    ];
    return does.map((each) => ({ where: `${node}  ${nameOf(login)}`, does: each }));
  });
}
