#!/usr/bin/env bash
# podman 4.3.1, `podman build` with exceptions in .dockerignore.
# Expected: the last line that matches a file decides, so `*` and then `!**/keep` brings every file named keep.
# Happens: a folder that is left out is not looked into for an exception that begins with `**`: nothing comes. With `dir/**` and `!dir/**/keep` the one in dir comes, the one in dir/sub does not. The build is exit 0.
# Matters: the image lacks files that the list asks for by name, and the program in it says so when it starts.
set -euo pipefail

command -v podman >/dev/null || { echo "podman is missing: install Debian's podman 4.3.1"; exit 1; }
[ "$(podman --version)" = "podman version 4.3.1" ] || { echo "this finding is about podman 4.3.1, here is $(podman --version)"; exit 1; }
folder=$(mktemp -d)
podman() { command podman --root "$folder/root" --runroot "$folder/run" --tmpdir "$folder/tmp" --storage-driver vfs "$@"; }
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/context"
cd "$folder/context"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

mkdir -p dir/sub; echo 1 >dir/keep; echo 1 >dir/sub/keep; echo 1 >dir/drop
printf 'FROM scratch\nCOPY . /\n' >Containerfile
build() {
  printf '%b' "$1" >.dockerignore
  podman build -q -t one . >/dev/null
  podman create --name "$2" one true >/dev/null
  podman export "$2" | tar t | grep '^dir/.*[^/]$' | sort | tr '\n' ' '
}
is "* and !dir/sub" "$(build '*\n!dir/sub\n' a)" "dir/sub/keep "
is "* and !**/keep" "$(build '*\n!**/keep\n' b || true)" ""
is "dir/** and !dir/**/keep" "$(build 'dir/**\n!dir/**/keep\n' c)" "dir/keep "
