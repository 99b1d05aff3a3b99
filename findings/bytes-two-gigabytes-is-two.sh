#!/usr/bin/env bash
# bytes 3.1.2 (npm), the reader of sizes such as "512mb".
# Expected: "2G", "512m", "2Gi" and "2GiB", as Docker, Kubernetes and Node's heap options write them, are read or are null.
# Happens: the number is read and the unit dropped: 2, 512, 2, 2 bytes. "1,000" is 1 and "10 potatoes" 10, and what is null is only a text without a number in front.
# Matters: a limit on memory, a diff or a log that was written "2G" is two bytes: everything is over it, and no check for null notices.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent bytes@3.1.2
read_size() { node -p 'String(require("bytes").parse(process.argv[1]))' "$1"; }
is "2GB" "$(read_size 2GB)" 2147483648
is "2G" "$(read_size 2G)" 2
is "512m" "$(read_size 512m)" 512
is "2Gi" "$(read_size 2Gi)" 2
is "2GiB" "$(read_size 2GiB)" 2
is "1,000" "$(read_size 1,000)" 1
is "10 potatoes" "$(read_size '10 potatoes')" 10
is "potatoes" "$(read_size potatoes)" null
