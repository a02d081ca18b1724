/** Settings of a server, for its command line. */

/** The programs of one installation or of one unpacked package. */
export type MariadbPrograms = {
  readonly server: string;
  /** Galera's library. */
  readonly provider: string;
  /** Messages, and the statements that make the tables of a new server. */
  readonly share: string;
  /** The command that the server is started by, empty where it can be started as it is. */
  readonly asUser: readonly string[];
  /** Where its libraries are, where they were unpacked beside it. */
  readonly env: Readonly<Record<string, string>>;
};

/** What holds from the making of its data on. The socket is relative to that folder: network namespaces do not part folders. */
export function wholeSettings({ share, provider }: Pick<MariadbPrograms, 'share' | 'provider'>, data: string): string[] {
  return [
    `--datadir=${data}`,
    '--socket=mariadb.sock',
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${share}/charsets`,
    '--skip-grant-tables',
    '--innodb-log-file-size=16M',
    '--innodb-buffer-pool-size=64M',
    '--performance-schema=OFF',
    // what Galera asks for
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    `--wsrep-provider=${provider}`,
    '--wsrep-cluster-name=ordeal',
  ];
}
