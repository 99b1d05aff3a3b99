#!/usr/bin/env bash
# @actions/workflow-parser 0.3.61 (npm), GitHub's own reader of workflow files, with Node 24.21.0; it says that Node 20 and later will do.
# Expected: it can be imported; `parseWorkflow` without an error is a workflow that GitHub would take.
# Happens: the import ends with ERR_IMPORT_ATTRIBUTE_MISSING, since it imports JSON as a bundler would; with a hook that mends it, `parseWorkflow` has
# no error for jobs that need each other, for the hour 25 and for one id given twice: those come from `convertWorkflowTemplate` alone.
# Matters: a script that checks workflows before a push does not start, or passes what GitHub refuses.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @actions/workflow-parser@0.3.61 node@24.21.0
npm rebuild node --ignore-scripts=false --silent >/dev/null
cat >hook.mjs <<'J'
import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context) });
J
cat >ask.mjs <<'J'
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
const job = (more = "") => `    runs-on: x\n    steps: [{ run: y, id: q }${more}]\n`;
const texts = [
  `on: push\njobs:\n  a:\n    needs: b\n${job()}  b:\n    needs: a\n${job()}`,
  `on: { schedule: [{ cron: "0 25 * * *" }] }\njobs:\n  a:\n${job()}`,
  `on: push\njobs:\n  a:\n${job(", { run: z, id: q }")}`,
];
for (const content of texts) {
  const { context, value } = parseWorkflow({ name: "w.yml", content }, new NoOperationTraceWriter());
  const before = context.errors.getErrors().length;
  await convertWorkflowTemplate(context, value);
  console.log(before, context.errors.getErrors().length);
}
J
run() { node_modules/.bin/node "$@" ask.mjs; }
code=0
said=$(run 2>&1) || code=$?
is "exit of the import, and why" "$code $(grep -o 'ERR_IMPORT_ATTRIBUTE_MISSING' <<<"$said" | head -1)" "1 ERR_IMPORT_ATTRIBUTE_MISSING"
mapfile -t saw < <(run --import ./hook.mjs)
is "jobs that need each other: errors of parseWorkflow, and with convertWorkflowTemplate" "${saw[0]}" "0 1"
is "the hour 25" "${saw[1]}" "0 1"
is "one id given twice" "${saw[2]}" "0 1"
