/**
 * How a member is started: a shell makes its data directory where there is none yet (beside its place and renamed there, so
 * that a kill in the middle leaves no half of one), finds out where a member that was killed had come to, as the
 * distribution's service does, and becomes the server.
 */

/** What the script is told. */
export interface StartArguments {
  readonly server: string;
  /** The folder of the programs that copy a member's state. */
  readonly transfer: string;
  /** The data that every member begins with. */
  readonly firstData: string;
  readonly data: string;
  /** The component that it begins in (`gvwstate.dat`). */
  readonly component: string;
  /** Settings of the server. */
  readonly settings: readonly string[];
}

const SCRIPT = `
set -e
server=$1 transfer=$2 first=$3 data=$4 component=$5
shift 5
export PATH="$transfer:$PATH"
if [ ! -d "$data" ]; then
  rm -rf "$data.new"
  cp -R "$first" "$data.new"
  printf '%s\\n' "$component" > "$data.new/gvwstate.dat"
  mv "$data.new" "$data"
fi
position=
if ! grep -qs '^seqno: *[0-9]' "$data/grastate.dat"; then
  # not what was found the last time; what was killed in the middle of a transfer has no position: it is given all
  : > "$data.recovery"
  "$server" --no-defaults "$@" --wsrep-recover --log-error="$data.recovery" || true
  position=$(sed -n 's/.*WSREP: Recovered position:* *\\([0-9a-f]*-[-0-9a-f]*:[-0-9]*\\).*/\\1/p' "$data.recovery" | tail -n 1)
fi
exec "$server" --no-defaults "$@" \${position:+--wsrep-start-position="$position"}
`;

export function startCommand({ server, transfer, firstData, data, component, settings }: StartArguments): string[] {
  return ['sh', '-c', SCRIPT, 'ordeal-galera', server, transfer, firstData, data, component, ...settings];
}
