#!/usr/bin/env bash
# semver 7.8.6 (npm), intersects and coerce.
# Expected: two ranges that one version satisfies intersect; coerce, which finds a version in any text, reads 2026.01.02 and 3.09.
# Happens: `^1.0.0-rc.1` and `1.0.0-rc.1` do not intersect, though that version satisfies both, and `>=1.0.0-rc.1` and `1.0.0-rc.2` do; with
# `includePrerelease` they do. A number with a zero before it makes null of the whole text, as one without any version does; "release-2026-01-02" is 2026.0.0.
# Matters: a peer dependency on a candidate is called impossible to satisfy by that very candidate; tags named by the date are "no version", or all one.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent semver@7.8.6
cat >ask.cjs <<'J'
const { intersects, satisfies, coerce } = require("semver");
const text = (version) => version?.version ?? "null";
console.log(satisfies("1.0.0-rc.1", "^1.0.0-rc.1"), satisfies("1.0.0-rc.1", "1.0.0-rc.1"));
console.log(intersects("^1.0.0-rc.1", "1.0.0-rc.1"), intersects("~1.0.0-rc.1", "1.0.0-rc.1"));
console.log(intersects(">=1.0.0-rc.1", "1.0.0-rc.2"), intersects("^1.0.0-rc.1", "^1.0.0-rc.1"));
console.log(intersects("^1.0.0-rc.1", "1.0.0-rc.1", { includePrerelease: true }));
console.log(["2026.01.02", "3.09", "v1.02.3", "no version"].map((given) => text(coerce(given))).join(" "));
console.log(text(coerce("release-2026-01-02")), text(coerce("release-2026-11-22")));
J
mapfile -t saw < <(node ask.cjs)
is "the version satisfies both" "${saw[0]}" "true true"
is "they intersect" "${saw[1]}" "false false"
is "others do" "${saw[2]}" "true true"
is "with includePrerelease" "${saw[3]}" "true"
is "coerce with zeros" "${saw[4]}" "null null null null"
is "coerce of dates" "${saw[5]}" "2026.0.0 2026.0.0"
