// Finds tests by what test frameworks have people write, and whether a change leaves any of them in a file.
import { isTestPath } from "./paths.ts";

/** What a change does to the tests in a file; `emptied`: a file of tests that says nothing any more. */
export interface TestFacts {
  readonly tests: { readonly before: number; readonly after: number };
  readonly emptied: boolean;
  /** Declarations of tests, each as its line and the next, which in some languages has the name: those of the old text alone, and of the new one. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
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
  const [old, now] = [declared(before, patterns), declared(after, patterns)];
  const tests = { before: old.length, after: now.length };
  const emptied = isTests && isTelling(before) && !isTelling(after);
  if (tests.before + tests.after === 0 && !emptied) return null;
  return { tests, emptied, gone: without(old, now), come: without(now, old) };
}

const none: string[] = [];

/** The lines that declare a test, each with the one that follows. */
function declared(text: string, patterns: readonly RegExp[]): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) =>
    line !== "" && patterns.some((pattern) => pattern.test(line.slice(0, 500)))
      ? `${line.trim()}\n${(lines[index + 1] ?? "").trim()}`
      : none,
  );
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return [...new Set(lines)].filter((line) => !known.has(line));
}

/** Whether there is more than white space and lines of comment. */
function isTelling(text: string): boolean {
  return text.split("\n").some((line) => !/^\s*(?:$|\/\/|\/\*|\*|#|--|;|%|<!--|"{3}|'{3})/.test(line));
}
