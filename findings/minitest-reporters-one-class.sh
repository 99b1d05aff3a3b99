#!/usr/bin/env bash
# ruby-minitest-reporters 1.0.19 with ruby-minitest 5.17.0 (Debian's).
# Expected: its JUnit report names the class of each test, in a file for each class.
# Happens: every test's class is "Minitest::Result", in one file: tests of one name in two classes are the same test twice, one of them failed.
# Matters: whoever keys results by class and name, to find flaky tests or what a change broke, takes the last for both.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version ruby-minitest-reporters 1.0.19
version ruby-minitest 5.17.0
cat >shop_test.rb <<'R'
require "minitest/autorun"
require "minitest/reporters"
Minitest::Reporters.use! Minitest::Reporters::JUnitReporter.new("reports")
class CartTest < Minitest::Test
  def test_adds; assert_equal 2, 1 + 1; end
end
class TaxTest < Minitest::Test
  def test_adds; assert_equal 3, 1 + 1; end
end
R
ruby shop_test.rb >/dev/null 2>&1 || true
is "reports" "$(ls reports)" "TEST-Minitest-Result.xml"
is "test cases" "$(grep -oE '<testcase name="[^"]*" classname="[^"]*"' reports/*.xml | sort | uniq -c | sed 's/^ *//')" '2 <testcase name="test_adds" classname="Minitest::Result"'
