#!/bin/bash
# Flows of five no-op durable steps beside what others make of them, on this machine and in one run:
#   CALLFLOW_PEERS=… benches/peers.sh
# The folder has `restate` and `dbos`, each installed as its `run.sh` says, and wrk is on the path. What is not there
# is left out, in words.
set -u
cd "$(dirname "$0")/.." || exit 1
LIMIT=5
SECONDS_EACH=${SECONDS_EACH:-6}
if [ ! -d "${CALLFLOW_PEERS:-}" ]; then
  echo "CALLFLOW_PEERS names no folder with other engines: nothing is measured"
  exit 0
fi
export PEERS=$CALLFLOW_PEERS
. "$PEERS/env.sh"

# Callflow's flows a second, 100 and 1 at a time.
ours() {
  local told
  told=$(cargo bench -q -p callflow-benches --bench durable -- flows) || true
  OURS_100=$(awk '/100 at a time: flows/ { print $6 }' <<< "$told")
  OURS_1=$(awk '/^1 at a time: flows/ { print $6 }' <<< "$told")
}

# name, how many at a time, its flows a second, ours
row() {
  awk -v name="$1" -v many="$2" -v theirs="$3" -v ours="$4" -v limit=$LIMIT 'BEGIN {
    ratio = theirs > 0 ? ours / theirs : 0
    printf "%-28s %4d at a time %10.0f /s   callflow %10.0f /s   %6.1f x  (limit %d x)%s\n",
      name, many, theirs, ours, ratio, limit, many == 100 && ratio < limit ? "  missed" : "" }'
}

# What a part started ends with it.
started=()
end_all() {
  for process in "${started[@]:-}"; do kill -INT "$process" 2>/dev/null; done
}

restate() {
  trap end_all EXIT
  cd "$PEERS/restate" || return
  if [ ! -d node_modules/@restatedev/restate-server ] || ! command -v wrk > /dev/null; then
    echo "Restate is not installed: left out"
    return
  fi
  echo '{}' > "$PEERS/payloads/empty.json"
  rm -rf data
  PORT=29090 node svc.mjs > svc.log 2>&1 &
  started+=($!)
  ./start.sh > server.log 2>&1 &
  started+=($!)
  local url=http://127.0.0.1:29080/flow/five
  for _ in $(seq 100); do
    curl -sf -m 2 http://127.0.0.1:29070/health > /dev/null && break
    sleep 0.2
  done
  curl -s -XPOST http://127.0.0.1:29070/deployments -H 'content-type: application/json' \
    -d '{"uri":"http://127.0.0.1:29090"}' > /dev/null
  for _ in $(seq 100); do
    curl -s -m 3 -XPOST -H 'content-type: application/json' -d '{}' $url | grep -q ok && break
    sleep 0.2
  done
  for many in 1 100; do
    local told best=0 rate
    for _ in 1 2 3; do
      told=$(BODY=$PEERS/payloads/empty.json wrk -t1 -c$many -d"${SECONDS_EACH}s" --timeout 10s \
        -s "$PEERS/wrk_post.lua" $url | grep RESULT)
      rate=$(awk '$8 == 0 { print $2 / $3 }' <<< "$told")
      best=$(awk -v a="$best" -v b="${rate:-0}" 'BEGIN { print (a > b ? a : b) }')
    done
    [ $many = 1 ] && row "Restate (TypeScript)" 1 "$best" "$OURS_1" || row "Restate (TypeScript)" 100 "$best" "$OURS_100"
  done
}

# DBOS runs its flows in threads of its own process; ten at a time is where it is fastest.
dbos() {
  trap end_all EXIT
  cd "$PEERS/dbos" || return
  if [ ! -x venv/bin/python ]; then
    echo "DBOS is not installed: left out"
    return
  fi
  local folder
  folder=$(mktemp -d)
  if [ -x /usr/lib/postgresql/15/bin/postgres ]; then
    id bench > /dev/null 2>&1 || useradd -r -M bench
    chown bench "$folder"
    local as="setpriv --reuid=bench --regid=bench --clear-groups"
    $as /usr/lib/postgresql/15/bin/initdb -D "$folder/d" -U bench -A trust > /dev/null
    $as /usr/lib/postgresql/15/bin/postgres -D "$folder/d" -p 25432 -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories="$folder" > pg.log 2>&1 &
    started+=($!)
    sleep 3
    psql -q -h 127.0.0.1 -p 25432 -U bench -d postgres -c 'create database dbos_sys'
    dbos_rows pg "DBOS (Python, Postgres)"
  fi
  dbos_rows sqlite "DBOS (Python, SQLite)"
  end_all
  wait
  rm -rf "$folder"
}

dbos_rows() {
  local told one ten
  told=$(timeout 300 ./venv/bin/python bench_dbos.py "$1" 2> /dev/null)
  one=$(awk -F'wf/s=' '/five c=1 / { split($2, it, " "); if (it[1] > best) best = it[1] } END { print best + 0 }' <<< "$told")
  ten=$(awk -F'wf/s=' '/five c=10/ { split($2, it, " "); if (it[1] > best) best = it[1] } END { print best + 0 }' <<< "$told")
  row "$2" 1 "$one" "$OURS_1"
  row "$2, 10 at a time" 100 "$ten" "$OURS_100"
}

ours
(restate)
(dbos)
