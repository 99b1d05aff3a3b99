#!/usr/bin/env bash
# json-schema-to-zod 2.8.1 (npm) with zod 4.6.7, the version of zod for which it writes by default.
# Expected: what is valid by the JSON Schema passes, what is not is refused, and what cannot be said in zod is an error.
# Happens: a `const` that is a mapping or a list refuses the very value; `patternProperties` refuses every other key's value; a field that is required and not described is not asked for; the code for the format `ipv4` throws.
# Matters: the schema of an MCP tool turned so refuses a right call and lets a call without its argument through.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent json-schema-to-zod@2.8.1 zod@4.6.7
cat >ask.mjs <<'J'
import { jsonSchemaToZod } from "json-schema-to-zod";
import { z } from "zod";
const [schema, value] = process.argv.slice(2).map((text) => JSON.parse(text));
try { console.log(new Function("z", `return ${jsonSchemaToZod(schema)}`)(z).safeParse(value).success ? "passes" : "refused"); }
catch (error) { console.log(error.name); }
J
check() { node ask.mjs "$@"; }
is "const 1 and 1" "$(check '{"const":1}' 1)" passes
is 'const {"a":1} and {"a":1}' "$(check '{"const":{"a":1}}' '{"a":1}')" refused
is "const [1] and [1]" "$(check '{"const":[1]}' '[1]')" refused
is "a number under ^x-, and a text under y" "$(check '{"type":"object","patternProperties":{"^x-":{"type":"number"}}}' '{"x-a":1,"y":"text"}')" refused
is "required a, not described, and {}" "$(check '{"type":"object","required":["a"]}' '{}')" passes
is "required a, a text, and {}" "$(check '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}' '{}')" refused
is "format ipv4 and an address" "$(check '{"type":"string","format":"ipv4"}' '"127.0.0.1"')" TypeError
