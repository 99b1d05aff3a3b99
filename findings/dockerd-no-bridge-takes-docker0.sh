#!/usr/bin/env bash
# dockerd 20.10.24 (Debian's docker.io), started a second time on a machine, as is done for engines of one's own: for a build, for tests, in a sandbox.
# Expected: `--bridge=none` ("disable container networking") makes no bridge, and touches none.
# Happens: at its start it deletes the interface docker0, whoever made it. No word in its log, and another dockerd that uses docker0 is not told either. With
#   `--bridge=` and the name of a bridge of one's own docker0 stays.
# Matters: containers of the machine's engine are cut off in the middle of their work, and none can be started on its usual network until it is restarted.
set -euo pipefail

command -v dockerd >/dev/null || { echo "dockerd is missing: install docker.io"; exit 1; }
[ "$(id -u)" = 0 ] || { echo "this needs root, for a network of its own"; exit 1; }
if [ "${1:-}" != inside ]; then
  dockerd --version | grep -q 'version 20\.10\.24' || { echo "this is about dockerd 20.10.24, and here is: $(dockerd --version)"; exit 1; }
  # In a network of its own, so that nothing of the machine's is touched.
  exec unshare --net --mount "$BASH" "$0" inside
fi
folder=$(mktemp -d)
daemon=
end() {
  if [ -n "$daemon" ]; then
    kill "$daemon" && wait "$daemon" || true
    umount -l "$folder"/*/* 2>/dev/null || true
  fi
  daemon=
}
trap 'end; rm -rf "$folder"' EXIT
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

begin() { # a name, and what is said of the bridge
  dockerd --data-root "$folder/$1" --exec-root "$folder/$1-exec" --pidfile "$folder/$1.pid" --host "unix://$folder/$1.sock" \
    --config-file "$folder/none.json" --iptables=false --ip-forward=false "--bridge=$2" >"$folder/$1.log" 2>&1 &
  daemon=$!
  for _ in $(seq 150); do
    if docker --host "unix://$folder/$1.sock" version >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo "dockerd did not answer: $(tail -1 "$folder/$1.log")"
  exit 1
}
bridges() { ip -o link show type bridge | cut -d: -f2 | tr -d ' ' | sort | tr '\n' ' '; }

echo '{}' >"$folder/none.json"
ip link set lo up
ip link add docker0 type bridge
ip link add own0 type bridge
ip address add 169.254.7.1/30 dev own0
is "bridges before" "$(bridges)" "docker0 own0 "
begin first own0
is "beside a dockerd with a bridge of its own" "$(bridges)" "docker0 own0 "
end
begin second none
is "beside a dockerd with --bridge=none" "$(bridges)" "own0 "
is "lines of its log that name docker0" "$(grep -c docker0 "$folder/second.log" || true)" "0"
