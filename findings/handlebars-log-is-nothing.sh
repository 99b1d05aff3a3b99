#!/usr/bin/env bash
# handlebars 4.7.10 and mustache 4.2.0 (npm), the same templates and data.
# Expected: Handlebars says that Mustache's templates render in it, with few exceptions: `{{log}}` is the field "log" of the data, and a section of 0 or "" is left out.
# Happens: `{{log}}` is nothing in Handlebars, since a helper of that name comes before the data, and prints an empty line; `{{if}}`, `{{with}}` and `{{each}}` are
# errors; `{{this.log}}` is the field. A section of 0 or of "" is rendered, while `{{#if}}` of them is not, and its inverted one is left out.
# Matters: a report with the log of a run in it is there, without the log; "and 0 more" is said where nothing was meant to be.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent handlebars@4.7.10 mustache@4.2.0
cat >render.mjs <<'J'
import Handlebars from "handlebars";
import Mustache from "mustache";
const [template, data] = [process.argv[2], JSON.parse(process.argv[3])];
const told = (render) => {
  try {
    return `<${render()}>`;
  } catch (error) {
    return error.message.split("\n")[0];
  }
};
const results = [told(() => Mustache.render(template, data)), told(() => Handlebars.compile(template)(data))];
console.log(results.join(" | "));
J
is "a log" "$(node render.mjs 'The log: {{log}}' '{"log": "2 errors"}' | tail -n 1)" "<The log: 2 errors> | <The log: >"
is "a log of this" "$(node render.mjs 'The log: {{this.log}}' '{"log": "2 errors"}')" "<The log: > | <The log: 2 errors>"
is "an if" "$(node render.mjs '{{if}}' '{"if": "main"}')" "<main> | #if requires exactly one argument"
is "none more" "$(node render.mjs '{{#more}}and {{.}} more{{/more}}' '{"more": 0}')" "<> | <and 0 more>"
is "an empty text" "$(node render.mjs '{{^note}}no note{{/note}}' '{"note": ""}')" "<no note> | <>"
