#!/usr/bin/env bash
# podman 4.3.1, `--env-file` with lines such as shells and dotenv read them.
# Expected: a name with a blank in it is an error, as it is for docker.
# Happens: `export TOKEN=1` is a variable named "export TOKEN" and `MODE = fast` one named "MODE ", exit 0; quotes are part of the value.
# Matters: the program finds neither TOKEN nor MODE and takes its defaults, and the name is listed by `podman inspect` as if all were well.
set -euo pipefail

command -v podman >/dev/null || { echo "podman is missing: install Debian's podman 4.3.1"; exit 1; }
[ "$(podman --version)" = "podman version 4.3.1" ] || { echo "this finding is about podman 4.3.1, here is $(podman --version)"; exit 1; }
folder=$(mktemp -d)
podman() { command podman --root "$folder/root" --runroot "$folder/run" --tmpdir "$folder/tmp" --storage-driver vfs "$@"; }
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/context"
cd "$folder/context"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

printf 'FROM scratch\nLABEL a=b\n' >Containerfile
podman build -q -t empty . >/dev/null
printf 'PLAIN=1\nexport TOKEN=1\nMODE = fast\nQUOTED="x"\n' >file.env
code=0; podman create --name one --env-file file.env empty true >said 2>&1 || code=$?
is "podman create" "$code" 0
names() { podman inspect one --format '{{range .Config.Env}}{{printf "%q\n" .}}{{end}}' | grep -E "$1" || echo none; }
is "PLAIN" "$(names '^"PLAIN=')" '"PLAIN=1"'
is "TOKEN" "$(names '^"TOKEN=')" none
is "export TOKEN" "$(names '^"export')" '"export TOKEN=1"'
is "MODE" "$(names '^"MODE')" '"MODE = fast"'
is "QUOTED" "$(names '^"QUOTED')" '"QUOTED=\"x\""'
