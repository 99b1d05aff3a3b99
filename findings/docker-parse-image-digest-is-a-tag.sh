#!/usr/bin/env bash
# docker-parse-image 3.0.1 (npm), a reader of image references.
# Expected: `@sha256:…` is a digest, `localhost/…` names a registry, and a path may have more than two parts, as engines read them.
# Happens: the digest is told as the tag and the full name joins it with a colon, which no engine takes; "localhost" is told as a namespace of the default registry; `registry.example/a/b/c:2` is null.
# Matters: a pin by digest is lost in what is pulled next, and an image of one's own machine is looked for at the public registry.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent docker-parse-image@3.0.1
cat >ask.cjs <<'J'
const parse = require("docker-parse-image");
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const pinned = parse(`foo/bar@${digest}`);
console.log(pinned.tag === digest, pinned.fullname === `foo/bar:${digest}`);
const both = parse(`foo:1@${digest}`);
console.log(both.tag === `1@${digest}`);
const own = parse("localhost/foo:1");
console.log(own.registry, own.namespace);
console.log(parse("registry.example/a/b/c:2"));
J
mapfile -t saw < <(node ask.cjs)
is "the digest is the tag, joined by a colon" "${saw[0]}" "true true"
is "tag and digest are one tag" "${saw[1]}" "true"
is "localhost: registry, namespace" "${saw[2]}" "null localhost"
is "a path of three parts" "${saw[3]}" "null"
