#!/usr/bin/env bash
# @opentelemetry/core 3.1.0 with @opentelemetry/api 1.10.0 (npm), W3CBaggagePropagator.
# Expected: what it injects it extracts again; an empty value is one by the W3C's rules (`value = *baggage-octet`).
# Happens: an entry with an empty value is written as `tenant=` and not read: it is not in the baggage of the next service, where `user` beside it is. An entry whose
# pair is longer than 4096 characters is not written, while the others are. Neither says a word.
# Matters: "is set and empty" becomes "is not set" at the first call to another service, and its default applies there.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @opentelemetry/core@3.1.0 @opentelemetry/api@1.10.0
cat >carry.mjs <<'J'
import { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { W3CBaggagePropagator } from "@opentelemetry/core";
const propagator = new W3CBaggagePropagator();
const carry = (entries) => {
  const baggage = propagation.createBaggage(Object.fromEntries(entries.map(([key, value]) => [key, { value }])));
  const carrier = {};
  propagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), carrier, defaultTextMapSetter);
  const got = propagation.getBaggage(propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter));
  console.log(`${carrier.baggage} -> ${got?.getAllEntries().map(([key]) => key).join(", ")}`);
};
carry([["tenant", ""], ["user", "ann"]]);
carry([["note", "x".repeat(4096)], ["user", "ann"]]);
carry([["note", "a, b; c = é"], ["user", "ann"]]);
J
mapfile -t saw < <(node carry.mjs)
is "an empty value" "${saw[0]}" "tenant=,user=ann -> user"
is "a long value" "${saw[1]}" "user=ann -> user"
is "signs" "${saw[2]}" "note=a%2C%20b%3B%20c%20%3D%20%C3%A9,user=ann -> note, user"
