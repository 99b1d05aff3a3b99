#!/usr/bin/env bash
# zod-to-json-schema 3.25.2 (npm), which names zod 4 among the versions that it goes with, and a schema made by zod 4.6.7.
# Expected: the schema as JSON Schema, or an error.
# Happens: nothing is left but `$schema`: any value is valid. The same schema written with `zod/v3` is complete.
# Matters: a tool that is published so has no arguments for the model, and what the model sends is not checked at all.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent zod-to-json-schema@3.25.2 zod@4.6.7
cat >ask.mjs <<'J'
import { z } from "zod";
import { z as three } from "zod/v3";
import { zodToJsonSchema } from "zod-to-json-schema";
const tell = ({ object, string }) => console.log(Object.keys(zodToJsonSchema(object({ path: string() }))).join());
tell(three);
tell(z);
J
mapfile -t saw < <(node ask.mjs)
is "zod 4 is one of its versions" "$(node -p 'require("./node_modules/zod-to-json-schema/package.json").peerDependencies.zod')" "^3.25.28 || ^4"
is "keys of a schema of zod/v3" "${saw[0]}" 'type,properties,required,additionalProperties,$schema'
is "of zod 4" "${saw[1]}" '$schema'
