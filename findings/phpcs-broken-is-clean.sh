#!/usr/bin/env bash
# PHP_CodeSniffer 3.7.1 (Debian's php-codesniffer), standard PSR12.
# Expected: a file that PHP cannot parse is an error in every report.
# Happens: exit 0 and no finding; the checkstyle report has the bytes of a clean run, and names no file in either.
# Matters: a lint step that is thought to prove at least that the files parse proves nothing.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version php-codesniffer 3.7.1
printf '<?php\n\n$sum = [1, 2];\n' >clean.php
printf '<?php\n\n$sum = [1, 2;\n' >broken.php
code=0; php -l broken.php >/dev/null 2>&1 || code=$?
is "php -l of the file" "exit $code" "exit 255"
run() { local code=0; phpcs --standard=PSR12 --report-checkstyle="$1.xml" "$1.php" >/dev/null 2>&1 || code=$?; echo "exit $code, $(grep -c '<file' "$1.xml" || true) files named"; }
is "phpcs of it" "$(run broken)" "exit 0, 0 files named"
is "phpcs of a clean one" "$(run clean)" "exit 0, 0 files named"
is "the reports" "$(cmp broken.xml clean.xml && echo the same bytes)" "the same bytes"
