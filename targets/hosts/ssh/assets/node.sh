# What ordeal does on a node, one verb a call. POSIX sh and Linux's /proc; lies in the node's folder beside `settings`,
# which says: limit (seconds without a beat until everything is undone), sudo (the words before nft), table (the name of
# our rules).
here=${0%/*}
. "$here/settings"
PATH=$PATH:/usr/sbin:/sbin

# reads the first line of a file of /proc into $line without starting anything; fails when it is gone
line_of() { { read -r line <"$1"; } 2>/dev/null; }

started() { line_of "/proc/$1/stat" || return 1; set -- ${line##*) }; echo "${20}"; }

# that very process still runs
alive() {
  line_of "/proc/$1/stat" || return 1
  wanted=$2
  set -- ${line##*) }
  [ "${20}" = "$wanted" ] || return 1
  case $1 in Z | X) return 1 ;; esac
}

# a process and everything that descends from it, parents first
tree() {
  for one; do
    echo "$one"
    tree $(cat "/proc/$one"/task/*/children 2>/dev/null)
  done
}

# every thread stands still
still() {
  for thread in "/proc/$1"/task/[0-9]*; do
    line_of "$thread/stat" || continue
    case ${line##*) } in [TtZX]*) ;; *) return 1 ;; esac
  done
}

spent() {
  sum=0
  for one in $(tree "$1"); do
    for thread in "/proc/$one"/task/[0-9]*; do
      line_of "$thread/schedstat" || continue
      sum=$((sum + ${line%% *}))
    done
  done
  echo $sum
}

halt() {
  tries=0
  while alive "$1" "$2" && [ $tries -lt 200 ]; do
    moving=
    for one in $(tree "$1"); do still "$one" || { moving=$one; kill -STOP "$one" 2>/dev/null; }; done
    [ -z "$moving" ] && return 0
    tries=$((tries + 1))
    sleep 0.02
  done
  ! alive "$1" "$2"
}

proceed() {
  alive "$1" "$2" || return 0
  for one in $(tree "$1"); do kill -CONT "$one" 2>/dev/null; done
}

# the process with its group and all that descends from it; what another has the pid of by now is left alone
finish() {
  now=$(started "$1")
  [ -z "$now" ] || [ "$now" = "$2" ] || return 0
  doomed=$(tree "$1")
  kill -KILL -- "-$1" 2>/dev/null
  for one in $doomed; do kill -KILL "$one" 2>/dev/null; done
  for one in $doomed; do
    tries=0
    while line_of "/proc/$one/stat"; do
      case ${line##*) } in [ZX]*) break ;; esac
      tries=$((tries + 1))
      [ $tries -lt 250 ] || return 1
      sleep 0.02
    done
  done
}

beaten() { read -r up _ </proc/uptime && echo "${up%.*}" >"$here/beat"; }

# a table that is not there is made first, so that deleting it succeeds
uncut() { [ -z "$table" ] || printf 'table inet %s\ndelete table inet %s\n' "$table" "$table" | $sudo nft -f -; }

# everything that we made goes: processes, rules, the folder
end() {
  if [ -f "$here/process" ]; then
    read -r pid since <"$here/process"
    finish "$pid" "$since"
  fi
  uncut
  rm -rf "$here"
}

verb=$1
shift
case $verb in
launch) # running|paused none|pipes: starts what `start` says, tells who it is, and how it ended
  [ "$1" = paused ] && first='kill -STOP $$;' || first=
  if [ "$2" = pipes ]; then
    exec 4<&0
    setsid sh -c "$first . '$here/start'" 3>&1 >>"$here/node.log" 2>&1 <&4 4<&- &
    pid=$!
    exec 4<&-
  else
    setsid sh -c "$first . '$here/start'" >>"$here/node.log" 2>&1 </dev/null &
    pid=$!
  fi
  echo "$pid $(started "$pid")" >"$here/process"
  echo "#started $(cat "$here/process")"
  wait "$pid"
  echo "#ended $?"
  ;;
await) while alive "$1" "$2"; do sleep 0.1; done ;;
halt) halt "$1" "$2" ;;
proceed) proceed "$1" "$2" ;;
finish) finish "$1" "$2" ;;
account)
  if alive "$1" "$2"; then
    standing=stopped
    for one in $(tree "$1"); do still "$one" || standing=moving; done
    echo "alive $standing $(spent "$1")"
  else
    echo 'gone gone 0'
  fi
  ;;
rules) $sudo nft -f - ;;
counted) $sudo nft list table inet "$table" ;;
uncut) uncut ;;
beat) # a line a beat; each is answered, so that the other side knows as well
  while read -r _; do beaten && echo beat; done
  ;;
arm)
  beaten
  setsid sh "$0" keep >/dev/null 2>&1 </dev/null &
  ;;
keep) # the dead-man's switch: counts the machine's own monotonic time
  while [ -f "$here/beat" ]; do
    sleep 0.5
    read -r last <"$here/beat" || continue
    read -r up _ </proc/uptime
    [ $((${up%.*} - last)) -lt "$limit" ] || end
  done
  ;;
end) end ;;
*)
  echo "no verb $verb" >&2
  exit 64
  ;;
esac
