#!/usr/bin/env bash
# RSpec 3.12.0 with rspec_junit_formatter 0.4.1 (Debian's ruby-rspec-core and ruby-rspec-junit-formatter).
# Expected: a run that was ended in the middle leaves no report, or one that says so.
# Happens: the report is whole: the example that SIGTERM ended is written as passed, those that were still to come are not there. `exit`
# in an example does the same with exit code 0, though a failing example was still to come.
# Matters: a check that ran out of time leaves a green report; with an agent's `exit 0` even its exit code is green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version ruby-rspec-core 3.12.0
version ruby-rspec-junit-formatter 0.4.1
run() { rspec --format RspecJunitFormatter --out report.xml "$1" >said 2>&1; }
counts() { echo "$(grep -c '<testcase ' report.xml || true) tests, $(grep -c '<failure' report.xml || true) failures, closed: $(grep -c '</testsuite>' report.xml || true)"; }

cat >exits_spec.rb <<'R'
RSpec.describe("shop") do
  it("adds") {}
  it("gives up") { exit 0 }
  it("subtracts") { raise "wrong" }
end
R
code=0; run exits_spec.rb || code=$?
is "exit in an example" "exit $code, $(counts)" "exit 0, 2 tests, 0 failures, closed: 1"

cat >sleeps_spec.rb <<'R'
RSpec.describe("shop") do
  it("waits") { File.write("begun", ""); sleep 60 }
  it("subtracts") { raise "wrong" }
end
R
rspec --format RspecJunitFormatter --out report.xml sleeps_spec.rb >said 2>&1 &
for _ in $(seq 300); do [ -e begun ] && break; sleep 0.2; done
kill -TERM $!; wait $! || true
is "ended in its first example" "$(counts)" "1 tests, 0 failures, closed: 1"
is "which is" "$(grep -o 'name="shop [a-z]*"' report.xml)" 'name="shop waits"'
