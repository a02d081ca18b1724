/** The options of the `ssh` host: which machines are nodes, and how they are reached. */
import { z } from 'zod';
import type { Options } from '../../../harness/contracts/index.ts';
import { processOptionsSchema } from '../process/options.ts';

/** `[user@]host[:port][=address]`; an IPv6 address stands in brackets. */
const WORDS = /^(?:(?<user>[^@\s]+)@)?(?<host>\[[\da-fA-F:.]+\]|[^:=@\s]+)(?::(?<port>\d{1,5}))?(?:=(?<address>\S+))?$/;

const port = z.int().min(1).max(65_535);
const machine = z.strictObject({
  host: z.string().min(1).describe('name or address'),
  port: port.optional(),
  user: z.string().min(1).optional(),
  key: z.string().min(1).optional().describe('the file of the private key'),
  jump: z.string().optional().describe('[user@]host[:port] of the machine that it is reached through'),
  address: z.string().min(1).optional().describe('where the other nodes and the clients reach it; what its sshd was reached at by default'),
});

const words = z.string().regex(WORDS, 'it is not [user@]host[:port][=address]');

const sshOptionsSchema = processOptionsSchema.omit({ keepData: true }).extend({
  sshNode: z
    .array(z.union([words, machine]))
    .min(1)
    .optional()
    .describe('the machines that are nodes, in order: [user@]host[:port][=address of its own for the system], or objects in a configuration'),
  sshUser: z.string().min(1).optional().describe('who logs in where a node does not say; who you are by default'),
  sshKey: z.string().min(1).optional().describe('the file of the private key; the agent at SSH_AUTH_SOCK, then the usual files by default'),
  sshJump: words.optional().describe('[user@]host[:port] of the machine that nodes are reached through'),
  sshKnownHosts: z.string().min(1).optional().describe('the file of known host keys; ~/.ssh/known_hosts and the machine’s by default'),
  sshAllow: z
    .array(z.string().min(1))
    .optional()
    .describe('machines that may be touched, by name, with * and ?; those that are named as nodes and jumps by default'),
  sshSudo: z.boolean().default(false).describe('use sudo (without a password) for rules of the network; programs run as who logs in'),
  sshFolder: z.string().startsWith('/').default('/var/tmp').describe('where a node gets the folder of the run, which goes at the end'),
  sshClients: z
    .enum(['direct', 'tunnel'])
    .optional()
    .describe(
      'direct: clients connect to the nodes’ addresses; tunnel: through ssh, so that nothing between them and a node can be cut; by default tunnel where there is a jump',
    ),
});

export type SshOptions = z.infer<typeof sshOptionsSchema>;

export const sshOptions: Options<SshOptions> = sshOptionsSchema;

/** A node's machine as it was named, with words taken apart. */
export type Machine = z.infer<typeof machine>;

/** Takes `[user@]host[:port][=address]` apart. */
export function machineOf(named: string | Machine): Machine {
  if (typeof named !== 'string') return named;
  const { user, host = named, port, address } = WORDS.exec(named)?.groups ?? {};
  return {
    host: host.replace(/^\[|\]$/g, ''),
    ...(port !== undefined && { port: Number(port) }),
    ...(user !== undefined && { user }),
    ...(address !== undefined && { address }),
  };
}
