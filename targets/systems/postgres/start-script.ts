/**
 * How a server is started: a shell makes its data directory where there is none yet (beside its place and renamed there,
 * so that a kill in the middle leaves no half of one) and becomes the server.
 */

/** What the script is told, in this order. */
export interface StartArguments {
  readonly initdb: string;
  readonly postgres: string;
  readonly data: string;
  /** Settings of the server: `-c name=value`. */
  readonly settings: Readonly<Record<string, string>>;
}

const SCRIPT = `
set -e
initdb=$1 postgres=$2 data=$3
shift 3
if [ ! -s "$data/PG_VERSION" ]; then
  rm -rf "$data.new"
  "$initdb" --pgdata "$data.new" --username postgres --auth trust --no-sync --encoding UTF8 --locale C
  echo 'host all,replication all all trust' >> "$data.new/pg_hba.conf"
  mv "$data.new" "$data"
fi
exec "$postgres" -D "$data" "$@"
`;

export function startCommand({ initdb, postgres, data, settings }: StartArguments): string[] {
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['sh', '-c', SCRIPT, 'ordeal-postgres', initdb, postgres, data, ...given];
}
