#!/usr/bin/env bash
# parse-sse 0.1.0 (npm), parseServerSentEvents, beside eventsource-parser 4.1.3, with a stream whose connection ends in the middle of an event.
# Expected: what was not ended by an empty line is thrown away, as the standard says: "Once the end of the file is reached, any pending data must be discarded".
# Happens: parse-sse tells it as an event, with half of its data; eventsource-parser does not.
# Matters: half of a model's answer, or a number that lost its last digits, looks as if it had arrived whole.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent parse-sse@0.1.0 eventsource-parser@4.1.3
cat >ask.mjs <<'J'
import { createParser } from "eventsource-parser";
import { parseServerSentEvents } from "parse-sse";
const stream = "data: 1\n\nevent: cost\ndata: 120\ndata: 4";
const one = [];
for await (const event of parseServerSentEvents(new Response(stream, { headers: { "content-type": "text/event-stream" } }))) one.push(event);
const two = [];
createParser({ onEvent: (event) => two.push(event) }).feed(stream);
for (const events of [one, two]) console.log(JSON.stringify(events.map(({ data }) => data)));
J
mapfile -t saw < <(node ask.mjs)
is "parse-sse" "${saw[0]}" '["1","120\n4"]'
is "eventsource-parser" "${saw[1]}" '["1"]'
