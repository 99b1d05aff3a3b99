#!/usr/bin/env bash
# nunjucks 3.2.4 (npm), renderString, against what Jinja2 3.1 makes of the same templates, whose language it says it has with a few differences.
# Expected: `{% for i in numbers if i > 1 %}`, `{{ 'abc'[-1] }}` and `{{ 1e3 }}` are as in Jinja2 ("23", "c", "1000.0"), or a syntax error.
# Happens: each of them is nothing, without an error, the first one since it takes the condition for an `if` of the whole list; so is `{% for key in mapping %}`
# with one name. An empty list is true, a sum that is set in a loop is there after it (3 for Jinja2's 0), and `3 > 2 > 1` is false.
# Matters: a part of a prompt or page that was written for Jinja2 is not there, and nothing says so.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent nunjucks@3.2.4
cat >ask.mjs <<'J'
import nunjucks from "nunjucks";
console.log(`<${nunjucks.renderString(process.argv[2], { numbers: [1, 2, 3], empty: [], mapping: { key: "value" } })}>`);
J
is "a loop with a condition" "$(node ask.mjs '{% for i in numbers if i > 1 %}{{ i }}{% endfor %}')" "<>"
is "the last letter" "$(node ask.mjs "{{ 'abc'[-1] }}")" "<>"
is "a thousand" "$(node ask.mjs '{{ 1e3 }}')" "<>"
is "the keys" "$(node ask.mjs '{% for key in mapping %}{{ key }}{% endfor %}')" "<>"
is "keys and values" "$(node ask.mjs '{% for key, value in mapping %}{{ key }}={{ value }}{% endfor %}')" "<key=value>"
is "an empty list" "$(node ask.mjs '{% if empty %}some{% else %}none{% endif %}')" "<some>"
is "a sum" "$(node ask.mjs '{% set sum = 0 %}{% for i in [1, 2] %}{% set sum = sum + i %}{% endfor %}{{ sum }}')" "<3>"
is "three, two, one" "$(node ask.mjs '{{ 3 > 2 > 1 }}')" "<false>"
