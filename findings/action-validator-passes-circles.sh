#!/usr/bin/env bash
# @action-validator/cli 0.6.0 (npm), which validates workflows of GitHub Actions.
# Expected: what GitHub refuses is an error: jobs that need each other, a key given twice, a step's id given twice, an action without a version, an hour of 25 in a schedule.
# Happens: it says that a needed job is not there; all of the above is exit 0, and so is a job that needs itself.
# Matters: the step that guards the workflows is green, and after the merge the workflow does not start at all.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @action-validator/cli@0.6.0 @action-validator/core@0.6.0
code() { local code=0; printf '%b' "$1" >w.yml; node_modules/.bin/action-validator w.yml >said 2>&1 || code=$?; echo "$code"; }
job='runs-on: ubuntu-latest, steps: [{run: ls}]'
is "a job that needs one that is not there" "$(code "on: push\njobs:\n  a: {needs: none, $job}\n")" 1
is "two jobs that need each other" "$(code "on: push\njobs:\n  a: {needs: b, $job}\n  b: {needs: a, $job}\n")" 0
is "a job that needs itself" "$(code "on: push\njobs:\n  a: {needs: a, $job}\n")" 0
is "a key given twice" "$(code "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    runs-on: windows-latest\n    steps: [{run: ls}]\n")" 0
is "an id given twice" "$(code 'on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{id: x, run: ls}, {id: x, run: ls}]}\n')" 0
is "an action without a version" "$(code 'on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout}]}\n')" 0
is "an hour of 25" "$(code "on: {schedule: [{cron: '0 25 * * *'}]}\njobs:\n  a: {$job}\n")" 0
