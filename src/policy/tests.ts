// Finds tests by what test frameworks have people write, and whether a change leaves any of them in a file.
import { isTestPath } from "./paths.ts";

/** What a change does to the tests in a file; `emptied`: a file of tests that says nothing any more. */
export interface TestFacts {
  readonly tests: { readonly before: number; readonly after: number };
  readonly emptied: boolean;
}

/** Lines that declare a test wherever they stand: also in the source itself, as in Rust, D, Zig and Clojure. */
const sure: readonly RegExp[] = [
  /^\s*#\[(?:\w+::)*(?:test|rstest|test_case|test_matrix|quickcheck|wasm_bindgen_test)\b/, // Rust
  /^\s*(?:it|test|specify|scenario|Deno\.test|QUnit\.test)(?:\.(?!skip\b|todo\b)\w+)*\s*\(\s*["'`]/, // JavaScript
  /^\s*(?:it|test|describe)\.(?:\w+\.)*each\b/,
  /^\s*@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property)\b/, // JUnit, jqwik, Swift Testing
  /^\s*\[(?:Fact|Theory|Test|TestCase|TestMethod|DataTestMethod|TestCaseSource|DataRow)\b/, // xUnit, NUnit, MSTest
  /^func (?:\([^)]*\) )?(?:Test|Fuzz|Example)[A-Z_]?\w*\(/, // Go
  /^\s*(?:\w+_)?(?:TEST|TEST_F|TEST_P|TEST_CASE|SCENARIO|AUTO_TEST_CASE|FIXTURE_TEST_CASE|DATA_TEST_CASE|START_TEST)\s*\(/, // C, C++
  /^@test\b|^\s*(?:Scenario|Scenario Outline|Example):/, // Bats, Gherkin
  /^\s*(?:unittest\s*(?:\{|$)|test\s+"[^"]*"\s*(?:\{|do\b|,)|test\s*\{)/, // D, Zig, Elixir
  /^\s*\(deftest\b|^\s*let%(?:test|expect_test)|^\s*test_that\(|^\s*@test(?:set|_throws)?\s|^\s*#\[Test\]/, // Clojure, OCaml, R, Julia, PHP
];

/** Lines that declare a test in a file of tests; elsewhere they may be anything. */
const loose: readonly RegExp[] = [
  /^\s*(?:\w+\s+)?def test\w*\s*[(:\n]?/, // Python, Ruby
  /^\s*(?:public |protected |static |final |override )*(?:func|function|fun) test\w*\s*\(/i, // PHP, Swift, Kotlin
  /^\s*(?:it|test|tests|testWidgets|specify|scenario|property|prop|example|t\.test|t\.run|subtest|ok|is|is_deeply|assert\w*|should|expect)(?:\.(?!skip\b|todo\b)\w+)*[\s(]/,
  /"[^"]+" (?:should|must|in|can)\b|^\s*(?:it|they)\("/, // Scala
  /^\s*test_\w+\s*\(\)|^\s*"[^"]+"\s*->|^\w+_test\(\) ->|^\s*\*{3} Test Cases/, // shells, Erlang, Robot Framework
];

/** What became of the tests between the two texts of a file; null where there were none and none came. */
export function testFacts(path: string, before: string, after: string): TestFacts | null {
  const isTests = isTestPath(path);
  const patterns = isTests ? [...sure, ...loose] : sure;
  const tests = { before: count(before, patterns), after: count(after, patterns) };
  const emptied = isTests && isTelling(before) && !isTelling(after);
  return tests.before + tests.after === 0 && !emptied ? null : { tests, emptied };
}

function count(text: string, patterns: readonly RegExp[]): number {
  return text.split("\n").filter((line) => patterns.some((pattern) => pattern.test(line.slice(0, 500)))).length;
}

/** Whether there is more than white space and lines of comment. */
function isTelling(text: string): boolean {
  return text.split("\n").some((line) => !/^\s*(?:$|\/\/|\/\*|\*|#|--|;|%|<!--|"{3}|'{3})/.test(line));
}
