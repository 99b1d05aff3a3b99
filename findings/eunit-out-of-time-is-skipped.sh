#!/usr/bin/env bash
# EUnit 2.8.1 (Debian's erlang-eunit, OTP 25) with its eunit_surefire report, a test that runs out of time.
# Expected: the JUnit file shows a failure or an error: eunit:test returns `error`, and the console says that tests were cancelled.
# Happens: the test is `<skipped type="timeout">`, the suite says failures="0" errors="0" skipped="1"; a test whose process is killed is written so, too. The usual `erl -eval ... -s init stop` exits 0.
# Matters: EUnit has no skip that somebody meant, and readers of JUnit pass over skips: with that command nothing is red any more.
set -euo pipefail

command -v erl >/dev/null || { echo "erl is missing: install Debian's erlang-eunit"; exit 1; }
version=$(erl -noshell -eval 'application:load(eunit), {ok, V} = application:get_key(eunit, vsn), io:format("~s", [V]), halt().')
[ "$version" = 2.8.1 ] || { echo "this finding is about EUnit 2.8.1, here is $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

cat >slow_tests.erl <<'ERL'
-module(slow_tests).
-compile({parse_transform, eunit_autoexport}).
quick_test() -> ok.
slow_test_() -> {timeout, 1, fun() -> timer:sleep(3000) end}.
ERL
erlc slow_tests.erl
code=0
erl -noshell -eval 'io:format("returned ~p~n", [eunit:test(slow_tests, [{report, {eunit_surefire, [{dir, "."}]}}])])' -s init stop >words 2>&1 || code=$?
is "exit" "$code" 0
is "what eunit:test returned" "$(grep -o 'returned .*' words)" "returned error"
is "totals" "$(grep -o 'failures="0" errors="0" skipped="1"' TEST-slow_tests.xml)" 'failures="0" errors="0" skipped="1"'
is "the slow test" "$(grep -o '<skipped type="timeout"' TEST-slow_tests.xml)" '<skipped type="timeout"'
