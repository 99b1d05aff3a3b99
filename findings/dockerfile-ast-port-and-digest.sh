#!/usr/bin/env bash
# dockerfile-ast 0.7.1 (npm).
# Expected: an image that is named with a registry, a tag and a digest is told in these parts, whatever the registry's name.
# Happens: with a port in the registry the tag is null and a part of the name; without a port, or without a digest, it is right.
# Matters: images that are pinned by a digest in a registry of one's own are "without a tag" to a linter, and found by no name.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent dockerfile-ast@0.7.1
cat >ask.cjs <<'J'
const { DockerfileParser } = require("dockerfile-ast");
for (const image of ["registry.example:5000/team/app:1@sha256:aa", "registry.example/team/app:1@sha256:aa", "registry.example:5000/team/app:1"]) {
  const [from] = DockerfileParser.parse(`FROM ${image}\n`).getFROMs();
  console.log(from.getRegistry(), from.getImageName(), from.getImageTag());
}
J
mapfile -t saw < <(node ask.cjs)
is "with a port and a digest" "${saw[0]}" "registry.example:5000 team/app:1 null"
is "with a digest" "${saw[1]}" "registry.example team/app 1"
is "with a port" "${saw[2]}" "registry.example:5000 team/app 1"
