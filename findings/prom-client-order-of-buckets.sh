#!/usr/bin/env bash
# prom-client 15.1.3 (npm), the usual client of Prometheus for Node.
# Expected: a histogram's buckets are put in order, or a list out of order is an error.
# Happens: with `buckets: [10, 1, 5]` each value counts in the first bucket of the list that is not too small, and the counts are summed up in the order of the list: all three buckets hold everything.
# Matters: 0.5, 3 and 7 seconds are told as three answers within a second; every quantile is the best one there is, and no alarm is raised.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent prom-client@15.1.3
cat >ask.mjs <<'J'
import { Histogram } from "prom-client";
const took = new Histogram({ name: "took", help: "seconds", buckets: JSON.parse(process.argv[2]) });
for (const seconds of [0.5, 3, 7]) took.observe(seconds);
const { values } = await took.get();
console.log([1, 5, 10].map((le) => values.find(({ labels }) => labels.le === le).value).join(" "));
J
is "within 1, 5 and 10 seconds, buckets in order" "$(node ask.mjs '[1,5,10]')" "1 2 3"
is "buckets out of order" "$(node ask.mjs '[10,1,5]')" "3 3 3"
