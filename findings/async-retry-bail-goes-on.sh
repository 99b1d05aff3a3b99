#!/usr/bin/env bash
# async-retry 1.3.3 (npm), `bail`, which is called when there is no sense in trying again.
# Expected: after `bail(error)` nothing is tried again, however the function ends.
# Happens: the promise is rejected at once, but when the function throws afterwards, as one does to leave it, all retries are made all the same, unseen. With `return` after `bail` none is.
# Matters: what was given up for good (a 401, a full budget) is asked for again and again while the caller already goes on; a POST is made four times.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent async-retry@1.3.3
cat >ask.mjs <<'J'
import { setTimeout as sleep } from "node:timers/promises";
import retry from "async-retry";
const calls = async (leave) => {
  let made = 0;
  let whenTold = 0;
  const attempt = async (bail) => {
    made += 1;
    bail(new Error("401"));
    return leave();
  };
  await retry(attempt, { retries: 3, minTimeout: 50, factor: 1, randomize: false }).catch(() => { whenTold = made; });
  await sleep(1500);
  return `${whenTold}, in the end ${made}`;
};
console.log(await calls(() => undefined));
console.log(await calls(() => { throw new Error("no more"); }));
J
mapfile -t saw < <(node ask.mjs)
is "calls when it was rejected, with return" "${saw[0]}" "1, in the end 1"
is "calls when it was rejected, with throw" "${saw[1]}" "1, in the end 4"
