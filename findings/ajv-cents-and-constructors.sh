#!/usr/bin/env bash
# ajv 8.20.0 (npm), as it comes, beside jsonschema 1.5.0 and @cfworker/json-schema 4.1.6.
# Expected: 19.99 is a multiple of 0.01, as the other two say, and a property is one that the JSON has.
# Happens: 19.99, 0.07 and even 0.3 by tenths are refused ("must be multiple of 0.01"), while 1.5 is taken. `required: ["toString"]` is met by {}, and {} is refused
# where `properties` describes a "constructor", since what every object of JavaScript inherits counts as there; `ownProperties: true` mends that,
# and for cfworker's validator it is an error.
# Matters: of the prices of a list some are valid and others not, and a table of counted words cannot have the word "constructor" in its schema.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent ajv@8.20.0 jsonschema@1.5.0 @cfworker/json-schema@4.1.6
cat >ask.mjs <<'J'
import { Validator as Cfworker } from "@cfworker/json-schema";
import Ajv from "ajv";
import jsonschema from "jsonschema";
const [schema, data] = process.argv.slice(2).map((text) => JSON.parse(text));
const own = new Ajv.Ajv({ ownProperties: true }).validate(schema, data);
const told = (validate) => {
  try {
    return validate();
  } catch {
    return "an error";
  }
};
console.log(new Ajv.Ajv().validate(schema, data), own, jsonschema.validate(data, schema).valid, told(() => new Cfworker(schema, "7").validate(data).valid));
J
is "19.99 by cents" "$(node ask.mjs '{"type": "number", "multipleOf": 0.01}' 19.99)" "false false true true"
is "0.07 by cents" "$(node ask.mjs '{"type": "number", "multipleOf": 0.01}' 0.07)" "false false true true"
is "0.3 by tenths" "$(node ask.mjs '{"type": "number", "multipleOf": 0.1}' 0.3)" "false false true true"
is "1.5 by cents" "$(node ask.mjs '{"type": "number", "multipleOf": 0.01}' 1.5)" "true true true true"
is "a toString" "$(node ask.mjs '{"type": "object", "required": ["toString"]}' '{}')" "true false false false"
is "no constructor" "$(node ask.mjs '{"type": "object", "properties": {"constructor": {"type": "number"}}}' '{}')" "false true true an error"
