#!/usr/bin/env bash
# isomorphic-git 1.44.19 (npm), git in JavaScript.
# Expected: a file that was made executable is a change, as it is for git; a merge that stops at a conflict has the rest ready, modes too.
# Happens: `statusMatrix` tells such a file as unchanged. A merge with a conflict in one file leaves out that the other side made another file executable, in the work tree and in the index; git does it.
# Matters: an agent's `chmod +x` is not committed, or is taken back by the merge that it resolved; the script then fails in CI with "permission denied".
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent isomorphic-git@1.44.19
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
git init -q -b main one; cd one
for f in run.sh other.sh text; do echo base >"$f"; done; git add .; git commit -qm base
git checkout -q -b side; chmod +x run.sh; echo side >text; git commit -qam side
git checkout -q main; echo main >text; git commit -qam main
cd ..; cp -r one two
cat >ask.mjs <<'J'
import fs from "node:fs";
import git from "isomorphic-git";
const dir = "one";
fs.chmodSync("one/other.sh", 0o755);
const row = (await git.statusMatrix({ fs, dir })).find(([name]) => name === "other.sh");
console.log(row.slice(1).join(" "));
fs.chmodSync("one/other.sh", 0o644);
const merge = { fs, dir, ours: "main", theirs: "side", abortOnConflict: false, author: { name: "n", email: "n@example.invalid" } };
console.log(await git.merge(merge).then(() => "merged", ({ code }) => code));
J
mapfile -t saw < <(node ask.mjs)
is "head, work tree and index of a file that was made executable; 1 1 1 is unchanged" "${saw[0]}" "1 1 1"
is "a merge with a conflict in text" "${saw[1]}" "MergeConflictError"
mode() { git -C "$1" ls-files -s run.sh | cut -d' ' -f1; }
is "run.sh after it, in the index" "$(mode one)" 100644
is "run.sh after it, in the work tree" "$(test -x one/run.sh && echo executable || echo plain)" plain
git -C two merge -q side >/dev/null || true
is "run.sh after git's merge" "$(mode two)" 100755
chmod +x two/other.sh
is "git status of a file that was made executable" "$(git -C two status --short other.sh)" " M other.sh"
