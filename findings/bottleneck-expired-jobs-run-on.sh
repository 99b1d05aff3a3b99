#!/usr/bin/env bash
# bottleneck 2.19.5 (npm), `maxConcurrent: 1` and an `expiration` for each job.
# Expected: a job that takes too long is told as failed, and the next one begins once it has ended; or it is ended.
# Happens: it goes on, and its place is given away: with a limit of one, three jobs run at once.
# Matters: just when a provider is slow, more and more requests run at the same time; two writers that must never meet do.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent bottleneck@2.19.5
cat >ask.mjs <<'J'
import { setTimeout as sleep } from "node:timers/promises";
import Bottleneck from "bottleneck";
const most = async (expiration) => {
  const limiter = new Bottleneck({ maxConcurrent: 1 });
  let running = 0;
  let seen = 0;
  const job = async () => {
    running += 1;
    seen = Math.max(seen, running);
    await sleep(600);
    running -= 1;
  };
  const told = await Promise.all([1, 2, 3].map(() => limiter.schedule({ expiration }, job).then(() => "done", () => "failed")));
  return `${told.join(" ")}, at most ${seen} at once`;
};
console.log(await most(30_000));
console.log(await most(100));
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "three jobs of 0.6 s, 30 s for each" "${saw[0]}" "done done done, at most 1 at once"
is "0.1 s for each" "${saw[1]}" "failed failed failed, at most 3 at once"
