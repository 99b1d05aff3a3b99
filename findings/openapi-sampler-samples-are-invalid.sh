#!/usr/bin/env bash
# openapi-sampler 1.7.10 (npm), judged by ajv 8.20.0.
# Expected: a sample of a schema is valid by that schema, or there is a warning.
# Happens: more than 0 and at most 0.5 is 1, a multiple of 7 of at least 10 is 10, three that differ are three times "string", an object of at least two properties is
# {}, a duration "string", and a text with a pattern "string", all without a word. Of 3 < n < 5 it knows that it is 4.
# Matters: examples in documentation, and servers that answer with them, show what their own schema refuses.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent openapi-sampler@1.7.10 ajv@8.20.0
cat >ask.mjs <<'J'
import Ajv from "ajv";
import sampler from "openapi-sampler";
const schema = JSON.parse(process.argv[2]);
const sample = sampler.sample(schema);
console.log(JSON.stringify(sample), new Ajv.Ajv().validate(schema, sample));
J
is "more than 0, at most 0.5" "$(node ask.mjs '{"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}')" "1 false"
is "a multiple of 7" "$(node ask.mjs '{"type": "integer", "multipleOf": 7, "minimum": 10}')" "10 false"
is "three that differ" "$(node ask.mjs '{"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": true}')" '["string","string","string"] false'
is "two properties" "$(node ask.mjs '{"type": "object", "minProperties": 2, "additionalProperties": {"type": "number"}}')" '{"property1":0,"property2":0} true'
is "two of any kind" "$(node ask.mjs '{"type": "object", "minProperties": 2}')" '{} false'
is "three letters" "$(node ask.mjs '{"type": "string", "pattern": "^[a-z]{3}$"}')" '"string" false'
is "between 3 and 5" "$(node ask.mjs '{"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}')" "4 true"
