#!/usr/bin/env bash
# @connectis/diff-test-coverage 1.5.3 (npm), which asks that the lines of a diff are covered by tests.
# Expected: a new file that no test loads is not covered; without any report there is nothing to go by, and the step fails.
# Happens: a file that no report names does not count: with one covered line changed and a hundred new lines beside it the coverage is 100 %. When the pattern finds no report the exit code is 0 as well.
# Matters: the less of a change is tested, the better it stands; a job that wrote no report passes.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @connectis/diff-test-coverage@1.5.3
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
git init -q -b main repo; cd repo
echo one >old.js; git add .; git commit -qm one
echo two >old.js; seq 100 >new.js; git add .; git commit -qm two
report() { printf 'SF:%s\nDA:1,%s\nend_of_record\n' "$PWD/old.js" "$1" >lcov.info; }
code() { local code=0; git diff HEAD~1 HEAD | ../node_modules/.bin/diff-test-coverage --no-color -c "$1" -t lcov -l 90 -- >said 2>&1 || code=$?; echo "$code"; }
report 0; is "the changed line is not covered" "$(code lcov.info)" 1
report 1; is "it is covered, the 100 lines of a new file are in no report" "$(code lcov.info)" 0
is "lines that count" "$(grep -o '100% (1/1)' said | head -1)" "100% (1/1)"
rm lcov.info; is "there is no report" "$(code lcov.info)" 0
