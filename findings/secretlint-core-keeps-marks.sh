#!/usr/bin/env bash
# @secretlint/core 13.0.7 (npm), the library that looks for credentials in a text.
# Expected: what `lintSource` needs for one text is free once it has answered.
# Happens: each call leaves its profiler's marks and measures, with the recommended rules well over a hundred entries, in the process's own list of performance entries, and nothing clears them. The command line switches the profiler off; the library has it on.
# Matters: a service that scans texts grows by tens of kilobytes for each, for as long as it lives, and scans about four times as slowly. `setEnabled(false)` of @secretlint/profiler ends it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @secretlint/core@13.0.7 @secretlint/profiler@13.0.7 @secretlint/secretlint-rule-preset-recommend@13.0.7
cat > scan.mjs <<'JS'
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";

if (process.argv[2] === "off") secretLintProfiler.setEnabled(false);
const config = { rules: rules.map((rule) => ({ id: rule.meta.id, rule })) };
const kept = async (texts) => {
  for (let index = 0; index < texts; index += 1) {
    const source = { content: "const a = 1;\n", filePath: `a${index}.js`, ext: ".js", contentType: "text" };
    await lintSource({ source, options: { config, noPhysicFilePath: true } });
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  return performance.getEntries().length;
};
const first = await kept(50);
const second = await kept(50);
console.log(second === 0 ? "none" : second >= 1.9 * first && first > 50 * 100 ? "over a hundred for each text" : `${first}, ${second}`);
JS
is "entries kept, as it comes" "$(node scan.mjs)" "over a hundred for each text"
is "entries kept, with the profiler off" "$(node scan.mjs off)" none
