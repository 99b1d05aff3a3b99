#!/usr/bin/env bash
# remark 15.0.1 (npm), a text read and written without any change to it.
# Expected: what GitHub shows is the same before and after.
# Happens: a task list is a list no more (`- [ ] one` is written as `* \[ ] one`) and `~~struck~~` is text with tildes; a table stays as it was.
# Matters: a step that only mends a heading takes all tick boxes out of an issue, and with them its progress; the extension for GitHub's Markdown prevents it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent remark@15.0.1 remark-gfm@4.0.1
cat >ask.mjs <<'J'
import { remark } from "remark";
import gfm from "remark-gfm";
const write = async (text, ...plugins) => console.log(JSON.stringify(String(await plugins.reduce((one, plugin) => one.use(plugin), remark()).process(text))));
await write("- [ ] one\n- [x] two\n");
await write("- [ ] one\n- [x] two\n", gfm);
await write("~~struck~~\n");
await write("| a | b |\n| - | - |\n| 1 | 2 |\n");
J
mapfile -t saw < <(node ask.mjs)
is "a task list" "${saw[0]}" '"* \\[ ] one\n* \\[x] two\n"'
is "with remark-gfm" "${saw[1]}" '"* [ ] one\n* [x] two\n"'
is "struck text" "${saw[2]}" '"\\~~struck~~\n"'
is "a table" "${saw[3]}" '"| a | b |\n| - | - |\n| 1 | 2 |\n"'
