#!/usr/bin/env bash
# rate-limiter-flexible 11.4.0 (npm), RateLimiterMemory, consume.
# Expected: a request that is refused takes nothing: with 9 of 10 points left, one of 50 is refused, and one of a single point after it has its way.
# Happens: the refused request's points are spent as well: 51 of 10 are consumed, and every later one is refused until the time is over.
# Matters: one call that is too large for the budget stops all the small ones; a client that is told "too many" and asks for less is refused again.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent rate-limiter-flexible@11.4.0
cat >ask.mjs <<'J'
import { RateLimiterMemory } from "rate-limiter-flexible";
const limiter = new RateLimiterMemory({ points: 10, duration: 60 });
for (const points of [1, 50, 1]) {
  const say = (word) => ({ remainingPoints, consumedPoints }) => console.log(`${points}: ${word}, ${consumedPoints} consumed, ${remainingPoints} left`);
  await limiter.consume("key", points).then(say("taken"), say("refused"));
}
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "first" "${saw[0]}" "1: taken, 1 consumed, 9 left"
is "too large" "${saw[1]}" "50: refused, 51 consumed, 0 left"
is "small again" "${saw[2]}" "1: refused, 52 consumed, 0 left"
