#!/usr/bin/env bash
# TestNG 6.9.12 (Debian's testng), run by org.testng.TestNG.
# Expected: a method that prepares or cleans up a class and throws fails the run: the exit code says so, and so does each report.
# Happens: "Configuration Failures: 1" and exit 0, whether @BeforeClass or @AfterClass throws. Of the two JUnit files, junitreports/TEST-*.xml has nothing of a
# failed @AfterClass; "Command line test.xml" has it as a test case "@AfterClass …", under failures="0".
# Matters: a suite whose fixtures are broken, so that none of its tests ran, is a green check.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version testng 6.9.12
command -v javac >/dev/null || { echo "javac is missing: it is needed to build the test classes"; exit 1; }
export CLASSPATH=/usr/share/java/testng.jar:/usr/share/java/jcommander.jar:/usr/share/java/bsh.jar:.
cat >Before.java <<'J'
import org.testng.annotations.*;
public class Before {
  @BeforeClass public void opens() { throw new RuntimeException("no database"); }
  @Test public void sells() {}
}
J
cat >After.java <<'J'
import org.testng.annotations.*;
public class After {
  @Test public void sells() {}
  @AfterClass public void closes() { throw new RuntimeException("leak"); }
}
J
javac Before.java After.java
run() { code=0; java org.testng.TestNG -d "$1" -testclass "$1" >"words-$1" 2>&1 || code=$?; }
run Before
is "@BeforeClass throws: exit, and what is said of it" "$code, $(grep -oE 'Configuration Failures: [0-9]+' words-Before)" "0, Configuration Failures: 1"
is "tests that failed" "$(grep -oE 'Failures: [0-9]+, Skips: [0-9]+' words-Before | head -1)" "Failures: 0, Skips: 1"
run After
is "@AfterClass throws: exit, and what is said of it" "$code, $(grep -oE 'Configuration Failures: [0-9]+' words-After)" "0, Configuration Failures: 1"
is "failures in the class's JUnit" "$(grep -cE '<(failure|error)' After/junitreports/TEST-After.xml || true)" 0
is "of the other, counted and shown" "$(grep -oE 'failures="[0-9]+"' 'After/Command line suite/Command line test.xml'), $(grep -c '<failure' 'After/Command line suite/Command line test.xml')" 'failures="0", 1'
