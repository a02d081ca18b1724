/**
 * How a server is started: a shell makes its data directory where there is none yet (beside its place and renamed there,
 * so that a kill in the middle leaves no half of one) and becomes the server. A standby's is a copy of the primary's, taken
 * as soon as there is one; so is that of a node whose own is to be discarded.
 */
import type { Following } from './replication.ts';

/** What the script is told. */
export interface StartArguments {
  readonly initdb: string;
  readonly basebackup?: string | undefined;
  readonly postgres: string;
  readonly data: string;
  /** Settings of the server: `-c name=value`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Absent for a server on its own. */
  readonly following?: Following | undefined;
}

/** Where this file is, the data directory beside it is discarded at the next start. */
export function discardMark(data: string): string {
  return `${data}.discard`;
}

const SCRIPT = `
set -e
initdb=$1 basebackup=$2 postgres=$3 data=$4 role=$5 sources=$6 configuration=$7
shift 7
if [ -e "$data.discard" ]; then
  rm -rf "$data"
  role=standby
fi
if [ ! -s "$data/PG_VERSION" ]; then
  rm -rf "$data.new"
  if [ "$role" = standby ]; then
    until [ -s "$data.new/backup_manifest" ]; do
      for source in $sources; do
        rm -rf "$data.new"
        if "$basebackup" --pgdata "$data.new" --dbname "$source" --wal-method stream --checkpoint fast --no-sync; then break; fi
        sleep 0.1
      done
    done
    touch "$data.new/standby.signal"
  else
    # small pieces of the log are quick to copy
    "$initdb" --pgdata "$data.new" --username postgres --auth trust --no-sync --encoding UTF8 --locale C \${configuration:+--wal-segsize 1}
    echo 'host all,replication all all trust' >> "$data.new/pg_hba.conf"
  fi
  mv "$data.new" "$data"
  rm -f "$data.discard"
fi
printf '%s\\n' "$configuration" > "$data/postgresql.auto.conf"
exec "$postgres" -D "$data" "$@"
`;

export function startCommand({ initdb, basebackup, postgres, data, settings, following }: StartArguments): string[] {
  const given = Object.entries({ ...settings, ...following?.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const role = [following?.role ?? 'primary', following?.sources.join(' ') ?? '', following?.configuration ?? ''];
  return ['sh', '-c', SCRIPT, 'ordeal-postgres', initdb, basebackup ?? '', postgres, data, ...role, ...given];
}
