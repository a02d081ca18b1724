/** Undoing on nodes without a live run: by a journal line, over a connection of its own, to no other machines than it names. */
import type { Change, NodeId, Undo } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { ProcessUndo } from '../../controls/process-signals/process-control.ts';
import { type Connection, connect } from './connection.ts';
import { type Login, nameOf } from './login.ts';
import { quoted, SUDO } from './node-script.ts';

/** What a journal line says of each machine that it touches. */
export type SshPlace = {
  readonly node: NodeId;
  readonly login: Login;
  readonly folder: string;
  readonly sudo: boolean;
  /** Our table of rules there. */
  readonly table: string;
};

export type SshUndo = { readonly places: readonly SshPlace[] };

/** Our tables go, and all that they cut with them. Idempotent: a table that is not there is made first, so that deleting it succeeds. */
export const undoSshLinks: Undo = (change) =>
  everywhere(change, (connection, { table, sudo }) => {
    const script = `table inet ${table}\ndelete table inet ${table}\n`;
    return connection.run(`PATH=$PATH:/usr/sbin:/sbin; ${sudo ? `${SUDO} ` : ''}nft -f -`, script);
  });

/** Continues the very processes that were paused. Where the folder is gone, they went with it. */
export const undoSshPause: Undo = (change) =>
  everywhere(change, (connection, { node, folder }) => {
    const script = quoted(`${folder}/node.sh`);
    const paused = (change.undo as unknown as ProcessUndo).processes.filter((process) => process.node === node);
    const words = paused.map(({ pid, startTime }) => `sh ${script} proceed ${pid} ${quoted(startTime)}`);
    return connection.run(`if [ -f ${script} ]; then ${words.join('; ') || ':'}; fi`);
  });

async function everywhere(
  change: Change,
  act: (connection: Connection, place: SshPlace) => Promise<{ readonly code: number; readonly stderr: string }>,
): Promise<void> {
  const { places } = change.undo as unknown as SshUndo;
  const results = await Promise.allSettled(
    places.map(async (place) => {
      const connection = await connect(place.login);
      try {
        const { code, stderr } = await act(connection, place);
        if (code !== 0) throw new OrdealError('ORDEAL_HEAL_FAILED', { what: `${nameOf(place.login)}: ${stderr.trim() || `exit ${code}`}`, where: change.id });
      } finally {
        connection.close();
      }
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
