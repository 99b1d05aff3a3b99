#!/usr/bin/env bash
# snyk-poetry-lockfile-parser 1.10.1 (npm), which makes a graph of dependencies of pyproject.toml and poetry.lock.
# Expected: every locked version that a dependency may be is in the graph; with development dependencies asked for, those of `[dependency-groups]` too.
# Happens: of a package that is locked in two versions, by the version of Python, only the first is in the graph; the groups of PEP 735 are left out, those of `[tool.poetry.group]` are in.
# Matters: what is installed on today's Python is not looked up, and a scan of it finds nothing.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent snyk-poetry-lockfile-parser@1.10.1
cat >poetry.lock <<'J'
[[package]]
name = "a"
version = "1.0"
python-versions = "*"
files = []

[package.dependencies]
d = [
  {version = "1", markers = "python_version < \"3.9\""},
  {version = "2", markers = "python_version >= \"3.9\""},
]

[[package]]
name = "d"
version = "1"
python-versions = "*"
files = []

[[package]]
name = "d"
version = "2"
python-versions = "*"
files = []

[[package]]
name = "t"
version = "9"
python-versions = "*"
files = []

[metadata]
lock-version = "2.1"
python-versions = "^3.8"
content-hash = "x"
J
printf '[tool.poetry]\nname = "p"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.8"\na = "1.0"\n[tool.poetry.group.dev.dependencies]\nt = "9"\n' >old.toml
printf '[project]\nname = "p"\nversion = "1"\ndependencies = ["a (>=1.0)"]\n[dependency-groups]\ndev = ["t"]\n' >new.toml
cat >ask.mjs <<'J'
import { readFileSync } from "node:fs";
import poetry from "snyk-poetry-lockfile-parser";
const graph = poetry.buildDepGraph(readFileSync(process.argv[2], "utf8"), readFileSync("poetry.lock", "utf8"), true);
console.log(graph.getPkgs().map(({ name, version }) => `${name}@${version}`).join(" "));
J
is "a group of [tool.poetry.group]" "$(node ask.mjs old.toml)" "p@1 a@1.0 d@1 t@9"
is "a group of [dependency-groups]" "$(node ask.mjs new.toml)" "p@1 a@1.0 d@1"
