#!/usr/bin/env bash
# @opentelemetry/exporter-prometheus 0.301.0 (npm), which shows OpenTelemetry's metrics to Prometheus.
# Expected: attributes whose names become one (`job.id`, `job_id`) are put together, as OpenTelemetry's rules for Prometheus have it; a series is shown once.
# Happens: a label stands twice in one line, and one series in several lines with different values: for `job.id` and `job_id`, for 1 and "1", and for two counters named `jobs.done` and `jobs_done`.
# Matters: Prometheus refuses the whole answer for the first, and for the others keeps one of the values: all metrics are missing, or a counter is too low.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @opentelemetry/exporter-prometheus@0.301.0 @opentelemetry/sdk-metrics@3.1.1
cat >ask.mjs <<'J'
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
const exporter = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [exporter] }).getMeter("m");
const both = meter.createCounter("both");
both.add(1, { "job.id": "a", job_id: "b" });
const one = meter.createCounter("one");
one.add(2, { "job.id": "a" });
one.add(3, { job_id: "a" });
const number = meter.createCounter("number");
number.add(4, { n: 1 });
number.add(5, { n: "1" });
meter.createCounter("jobs.done").add(6);
meter.createCounter("jobs_done").add(7);
const { resourceMetrics } = await exporter.collect();
const text = new PrometheusSerializer().serialize(resourceMetrics).replaceAll(/,?otel_scope_name="m"/g, "");
for (const name of ["both", "one", "number", "jobs_done"]) console.log(text.split("\n").filter((line) => line.startsWith(`${name}_total{`)).join(" "));
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "one value with both attributes" "${saw[0]}" 'both_total{job_id="a",job_id="b"} 1'
is "a value with each" "${saw[1]}" 'one_total{job_id="a"} 2 one_total{job_id="a"} 3'
is "a value with 1 and one with the text 1" "${saw[2]}" 'number_total{n="1"} 4 number_total{n="1"} 5'
is "two counters" "${saw[3]}" 'jobs_done_total{} 6 jobs_done_total{} 7'
