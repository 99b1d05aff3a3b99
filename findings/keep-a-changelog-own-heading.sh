#!/usr/bin/env bash
# keep-a-changelog 3.1.0 and changelog-parser 3.0.1 (npm), with a changelog that a Markdown reader takes as it is meant.
# Expected: both read a section "Dependencies" and a numbered list; text in a fence is text.
# Happens: for keep-a-changelog a section that is not one of its six is the error "Cannot read properties of undefined", a numbered list before another section a
# parse error, and where there is no introduction it writes its own. For changelog-parser a line `## …` in a fence is a version.
# Matters: one heading too many stops the release; the newest version may be a comment of a shell script.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent keep-a-changelog@3.1.0 changelog-parser@3.0.1
cat >ask.mjs <<'J'
import changelogParser from "changelog-parser";
import { parser } from "keep-a-changelog";
const read = (sections) => {
  try {
    return parser(`# Changelog\n\n## [1.0.0] - 2026-01-02\n\n${sections}`).toString();
  } catch (error) {
    return error.message.split(/[:(]/)[0];
  }
};
console.log(read("### Dependencies\n\n- left-pad\n"));
console.log(read("### Added\n\n1. one\n2. two\n\n### Fixed\n\n- three\n"));
console.log(read("### Added\n\n- one\n").split("\n")[1]);
const { versions } = await changelogParser({ text: "# Changelog\n\n## [1.0.0] - 2026-01-02\n\n- Run:\n\n```\n## 9.9.9\nmake\n```\n" });
console.log(versions.map(({ version }) => version).join(" "));
J
mapfile -t saw < <(node ask.mjs)
is "another section" "${saw[0]}" "Cannot read properties of undefined "
is "a numbered list" "${saw[1]}" "Parse error in the line 6"
is "without an introduction" "${saw[2]}" "All notable changes to this project will be documented in this file."
is "versions" "${saw[3]}" "1.0.0 9.9.9"
