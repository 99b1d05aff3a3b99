#!/usr/bin/env bash
# Qwen Code 0.24.4 (npm, @qwen-code/qwen-code), with folder trust switched on, in a repository that is not trusted.
# Expected: a folder without trust is read at most; its .qwen/settings.json is left as it is.
# Happens: listing the extensions is enough for `"$version": 4` to be written into the committed file; one that is no JSON (a comma too many) is
# replaced by an empty one and copied to settings.json.corrupted beside it. Exit 0.
# Matters: "commit all that the agent left" commits a change that no model made, and drops a team's settings for a comma.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the CLI"; exit 1; }
command -v git >/dev/null || { echo "git is missing"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @qwen-code/qwen-code@0.24.4 node@24.21.0
export PATH="$folder/node_modules/.bin:$PATH"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
mkdir -p home/.qwen
echo '{"$version":4,"security":{"folderTrust":{"enabled":true}},"privacy":{"usageStatisticsEnabled":false}}' >home/.qwen/settings.json
# listed TEXT: lists the extensions in a fresh repository whose settings are TEXT; the exit code is in $code.
listed() {
  rm -rf work
  mkdir -p work/.qwen
  printf '%s\n' "$1" >work/.qwen/settings.json
  git init -q work && git -C work add . && git -C work commit -qm Begin
  code=0
  (cd work && HOME="$folder/home" timeout 60 qwen --list-extensions </dev/null >/dev/null 2>&1) || code=$?
}
listed '{ "ui": { "theme": "Default" } }'
is "exit, what git sees" "$code $(git -C work status --porcelain | paste -sd' ')" "0  M .qwen/settings.json"
is "the line that is new" "$(git -C work diff | sed -n 's/^+ *\("$version".*[0-9]\).*/\1/p')" '"$version": 4'
listed '{ "ui": { "theme": "Default" }, }'
is "no JSON: exit, what git sees" "$code $(git -C work status --porcelain | paste -sd' ')" "0  M .qwen/settings.json ?? .qwen/settings.json.corrupted"
is "no JSON: settings" "$(tr -d " \n" <work/.qwen/settings.json)" '{"$version":4}'
