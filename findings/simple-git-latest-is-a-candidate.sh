#!/usr/bin/env bash
# simple-git 4.0.2 (npm), `tags()`, which puts the tags in order and names the latest.
# Expected: the latest is the highest version; a release candidate comes before its release (SemVer 11), as `git tag --sort` can have it too.
# Happens: `v2.0.0-rc.1` is later than `v2.0.0`.
# Matters: a release's notes, its next number and the image that is pulled are made from a candidate.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent simple-git@4.0.2
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
git init -q -b main repo; git -C repo commit -q --allow-empty -m one
cat >ask.mjs <<'J'
import { simpleGit } from "simple-git";
const { all, latest } = await simpleGit("repo").tags();
console.log(`${all.join(" ")}: ${latest}`);
J
git -C repo tag v1.9.0; git -C repo tag v1.10.0
is "v1.9.0 and v1.10.0" "$(node ask.mjs)" "v1.9.0 v1.10.0: v1.10.0"
git -C repo tag v2.0.0-rc.1; git -C repo tag v2.0.0
is "with v2.0.0-rc.1 and v2.0.0" "$(node ask.mjs)" "v1.9.0 v1.10.0 v2.0.0 v2.0.0-rc.1: v2.0.0-rc.1"
