#!/usr/bin/env bash
# Maven Surefire 2.22.3 (Debian's libsurefire-java) with JUnit 4.13.2 and `surefire.rerunFailingTestsCount`.
# Expected: a test that passes when it is run again is one test and no failure; a message is written as XML is.
# Happens: each try counts: over one test case that has passed the suite says tests="2" failures="1", with exit 0. An escape character in
# the message is `&amp;#27;` in the attribute: read as XML, it is the text `&#27;`.
# Matters: whoever adds up the attributes is red on a green build, or looks for a test that is missing.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }
version() { local here; here=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true); [[ "$here" == "$2"* ]] || { echo "this finding is about Debian's $1 $2, here is ${here:-none}"; exit 1; }; }

version libsurefire-java 2.22.3
version junit4 4.13.2
command -v mvn >/dev/null && command -v javac >/dev/null || { echo "Maven and a JDK are needed"; exit 1; }
cp -rL /usr/share/maven-repo repository 2>/dev/null || true
mkdir -p target/test-classes target/classes
cat >ShopTest.java <<'J'
import static org.junit.Assert.*;
public class ShopTest {
  static int tries = 0;
  @org.junit.Test public void adds() { assertTrue("\u001b[31mred", tries++ > 0); }
}
J
cat >pom.xml <<'X'
<project><modelVersion>4.0.0</modelVersion><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version>
<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version></dependency></dependencies></project>
X
javac -cp /usr/share/java/junit4.jar -d target/test-classes ShopTest.java
code=0; mvn -q -o -B -Dmaven.repo.local="$folder/repository" -Dsurefire.rerunFailingTestsCount=1 org.apache.maven.plugins:maven-surefire-plugin:2.22.3:test >said 2>&1 || code=$?
report=target/surefire-reports/TEST-ShopTest.xml
is "exit" "$code" 0
is "the suite" "$(grep -oE '(tests|failures|errors)="[0-9]+"' "$report" | xargs)" "tests=2 errors=0 failures=1"
is "its test cases" "$(grep -c '<testcase' "$report"), $(grep -c '<failure' "$report" || true) failed, $(grep -c '<flakyFailure' "$report") flaky" "1, 0 failed, 1 flaky"
is "the message" "$(grep -oE 'flakyFailure message="[^"]*"' "$report")" 'flakyFailure message="&amp;#27;[31mred"'
