#!/usr/bin/env bash
# parse-prometheus-text-format 1.1.1 (npm), a reader of what a Prometheus endpoint answers.
# Expected: of a histogram or summary every series is told, with its labels, its sum and its count, as those of a counter are.
# Happens: all series of one name become one without labels: its buckets and quantiles are those of the series that came last, and sum and count are missing.
# Matters: the latency of the one route that is named last is read as that of the service, whether it is the quickest or the slowest.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-prometheus-text-format@1.1.1
cat >ask.mjs <<'J'
import parse from "parse-prometheus-text-format";
const told = parse(`# TYPE asked counter
asked{route="a"} 1
asked{route="b"} 2
# TYPE took histogram
took_bucket{route="a",le="1"} 1
took_bucket{route="a",le="+Inf"} 2
took_sum{route="a"} 3
took_count{route="a"} 2
took_bucket{route="b",le="1"} 50
took_bucket{route="b",le="+Inf"} 60
took_sum{route="b"} 70
took_count{route="b"} 60
# TYPE waited summary
waited{route="a",quantile="0.5"} 1
waited_sum{route="a"} 3
waited_count{route="a"} 2
waited{route="b",quantile="0.5"} 9
waited_sum{route="b"} 30
waited_count{route="b"} 20
`);
for (const { metrics } of told) console.log(JSON.stringify(metrics));
J
mapfile -t saw < <(node ask.mjs)
is "a counter of two routes" "${saw[0]}" '[{"value":"1","labels":{"route":"a"}},{"value":"2","labels":{"route":"b"}}]'
is "a histogram of two routes" "${saw[1]}" '[{"buckets":{"1":"50","+Inf":"60"}}]'
is "a summary of two routes" "${saw[2]}" '[{"quantiles":{"0.5":"9"}}]'
