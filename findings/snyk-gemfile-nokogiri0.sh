#!/usr/bin/env bash
# @snyk/gemfile 1.3.0 (npm), a reader of Gemfile.lock.
# Expected: a gem that is locked for two platforms is one gem of one version; the checksums at the end are checksums.
# Happens: the second one becomes a gem that does not exist, its name with a 0 behind it, and the first has the platform in its version; a checksum's gem has a version made of version and checksum.
# Matters: Bundler writes such files for every gem with a compiled part: who looks the names up asks about gems that nobody published, and `1.15.4-x86_64-linux` is compared as a version.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @snyk/gemfile@1.3.0
cat >Gemfile.lock <<'J'
GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.15.4)
      racc (~> 1.4)
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  nokogiri (~> 1.15)

CHECKSUMS
  racc (1.7.1) sha256=af64124836fdd3c00e830703d7f873ea5deabde923f37006a39f5a5e0da16387

BUNDLED WITH
   2.5.10
J
cat >ask.mjs <<'J'
import { readFileSync } from "node:fs";
import gemfile from "@snyk/gemfile";
const { GEM, CHECKSUMS } = await gemfile.interpret(readFileSync("Gemfile.lock", "utf8"));
console.log(Object.entries(GEM.specs).map(([name, { version }]) => `${name} ${version}`).sort().join(", "));
console.log(CHECKSUMS.racc.version.slice(0, 18));
J
mapfile -t saw < <(node ask.mjs)
is "the gems of a file with nokogiri for two platforms" "${saw[0]}" "nokogiri 1.15.4-x86_64-linux, nokogiri0 1.15.4, racc 1.7.1"
is "the version of racc in CHECKSUMS" "${saw[1]}" "1.7.1) sha256=af64"
