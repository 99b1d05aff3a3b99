#!/usr/bin/env bash
# OUnit2 2.2.6 (Debian's libounit-ocaml-dev), its -output-junit-file.
# Expected: a test that was skipped, or not chosen, has an element that says so.
# Happens: it is written like one that passed; with -only-test every other test of the suite is, too. Only the log that is copied into system-out tells.
# Matters: a suite that skips everything, and a run of one test of a hundred, are wholly green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version libounit-ocaml-dev 2.2.6
cat >shop.ml <<'M'
open OUnit2
let () = run_test_tt_main ("shop" >::: [
  "adds" >:: (fun _ -> assert_equal 2 (1 + 1));
  "waits" >:: (fun _ -> skip_if true "no network");
  "sells" >:: (fun _ -> assert_equal 1 1) ])
M
ocamlfind ocamlopt -package ounit2 -linkpkg shop.ml -o shop 2>/dev/null
cases() { grep -oE "<(testcase name='[^']*'|skipped|failure|error)" "$1" | sed "s/<testcase name='shop:[0-9]*://; s/'//" | sort | paste -sd' '; }
code=0; ./shop -runner sequential -output-junit-file all.xml >words 2>&1 || code=$?
is "exit, skips" "$code, $(grep -oE 'Skip: +[0-9]+' words | tr -s ' ')" "0, Skip: 1"
is "its test cases, and what is in them" "$(cases all.xml)" "adds sells waits"
code=0; ./shop -runner sequential -output-junit-file one.xml -only-test shop:0 >words 2>&1 || code=$?
is "-only-test: exit, skips" "$code, $(grep -oE 'Skip: +[0-9]+' words | tr -s ' ')" "0, Skip: 2"
is "its test cases, and what is in them" "$(cases one.xml)" "adds sells waits"
is "the suite's totals" "$(grep -oE "(tests|failures|errors)='[0-9]+'" one.xml | paste -sd' ')" "tests='3' failures='0' errors='0'"
