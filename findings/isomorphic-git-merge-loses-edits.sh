#!/usr/bin/env bash
# isomorphic-git 1.44.19 (npm), `merge` with `abortOnConflict: false`, which leaves a conflict in the work tree for somebody to resolve.
# Expected: files that the merge does not touch stay as they are, with what was edited in them; git keeps them.
# Happens: once one file is in conflict, an edit in any other tracked file that was not committed is gone: the file is as in HEAD. With `abortOnConflict: true` it is kept.
# Matters: the work of an agent, or of a person, in files that have nothing to do with the merge is lost, and no error says so.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent isomorphic-git@1.44.19
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
repository() {
  git init -q -b main "$1"
  echo base >"$1/text"; echo base >"$1/notes"; git -C "$1" add .; git -C "$1" commit -qm base
  git -C "$1" checkout -q -b side; echo side >"$1/text"; git -C "$1" commit -qam side
  git -C "$1" checkout -q main; echo main >"$1/text"; git -C "$1" commit -qam main
  echo "a day's work" >"$1/notes"
}
repository git; repository left; repository aborted
cat >ask.mjs <<'J'
import fs from "node:fs";
import git from "isomorphic-git";
const [dir, abort] = process.argv.slice(2);
const author = { name: "n", email: "n@example.invalid" };
const merge = git.merge({ fs, dir, ours: "main", theirs: "side", author, abortOnConflict: abort === "abort" });
console.log(await merge.then(() => "merged", ({ code }) => code));
J
git -C git merge -q side >/dev/null || true
is "notes after git's merge with a conflict in text" "$(cat git/notes)" "a day's work"
is "abortOnConflict: true" "$(node ask.mjs aborted abort)" "MergeConflictError"
is "notes after it" "$(cat aborted/notes)" "a day's work"
is "abortOnConflict: false" "$(node ask.mjs left leave)" "MergeConflictError"
is "notes after it" "$(cat left/notes)" "base"
