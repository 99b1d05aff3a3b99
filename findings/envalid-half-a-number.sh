#!/usr/bin/env bash
# envalid 8.2.0 (npm), which checks the variables of the environment at start.
# Expected: what is no number is an error for `num()`, as it is for `port()`.
# Happens: the digits in front count: "30s" is 30, "1,000" is 1, "0x10" is 0.
# Matters: a service starts with a time-out of 30 milliseconds for "30s" and a limit of 1 for "1,000": the check that should say so is the one that lets it through.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent envalid@8.2.0
cat >ask.mjs <<'J'
import { cleanEnv, num, port } from "envalid";
const [kind, value] = process.argv.slice(2);
const reporter = ({ errors }) => { if (Object.keys(errors).length > 0) throw errors.X; };
try { console.log(cleanEnv({ X: value }, { X: { num, port }[kind]() }, { reporter }).X); } catch { console.log("error"); }
J
read_as() { node ask.mjs "$@"; }
is "port() of 8080abc" "$(read_as port 8080abc)" error
is "num() of abc" "$(read_as num abc)" error
is "num() of 30" "$(read_as num 30)" 30
is "num() of 30s" "$(read_as num 30s)" 30
is "num() of 1,000" "$(read_as num 1,000)" 1
is "num() of 0x10" "$(read_as num 0x10)" 0
