#!/usr/bin/env bash
# simple-git 4.0.2 (npm): questions that git answers by its exit code.
# Expected: the promise is rejected when git's exit code is not 0.
# Happens: only when git wrote on stderr as well. `merge-base --is-ancestor`, `diff --quiet` and `show-ref --verify -q` resolve with an empty text for yes and for no; `commit()` with nothing to commit resolves too.
# Matters: `await` in a `try` finds that every commit is an ancestor, that nothing was changed, that every branch is there.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent simple-git@4.0.2
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
git init -q -b main repo
for n in one two; do echo "$n" >repo/a; git -C repo add a; git -C repo commit -qm "$n"; done
cat >ask.mjs <<'J'
import { simpleGit } from "simple-git";
const asked = process.argv.slice(2);
const git = simpleGit("repo");
const answer = asked[0] === "commit" ? git.commit("again").then(({ commit }) => commit) : git.raw(asked);
console.log(await answer.then((text) => `resolved <${text}>`, () => "rejected"));
J
ask() { node ask.mjs "$@"; }
raw() { local code=0; git -C repo "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }
is "git's own exit code: is HEAD an ancestor of HEAD~1" "$(raw merge-base --is-ancestor HEAD HEAD~1)" 1
is "is HEAD~1 an ancestor of HEAD" "$(ask merge-base --is-ancestor HEAD~1 HEAD)" "resolved <>"
is "is HEAD an ancestor of HEAD~1" "$(ask merge-base --is-ancestor HEAD HEAD~1)" "resolved <>"
is "diff --quiet of two that differ" "$(ask diff --quiet HEAD~1 HEAD)" "resolved <>"
is "a branch that is not there" "$(ask show-ref --verify -q refs/heads/none)" "resolved <>"
is "the same, with a word on stderr" "$(ask show-ref --verify refs/heads/none)" "rejected"
is "commit() with nothing to commit" "$(ask commit)" "resolved <>"
