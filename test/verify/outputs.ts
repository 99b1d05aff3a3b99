// What tools write of one failure among many tests that pass, in each tool's own shape.

export interface Output {
  readonly tool: string;
  /** A line of a test that passes though it speaks of errors, or of something else that went well. */
  readonly well: (n: number) => string;
  readonly failure: string;
  /** What the next attempt has to see of it. */
  readonly shows: readonly string[];
}

export const outputs: readonly Output[] = [
  {
    tool: "Vitest",
    well: (n) => ` ✓ src/parse.test.ts > case ${n} > returns an error for bad input 2ms`,
    failure: ` FAIL  src/total.test.ts > total > adds
AssertionError: expected 5 to be 6 // Object.is equality

- Expected
+ Received

- 6
+ 5

 ❯ src/total.test.ts:4:20`,
    shows: ["FAIL  src/total.test.ts > total > adds", "expected 5 to be 6", "- 6\n+ 5", "src/total.test.ts:4:20"],
  },
  {
    tool: "Jest",
    well: (n) => `    ✓ fails with an error when given ${n} (1 ms)`,
    failure: `  ● total › adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 6
    Received: 5

      2 | test("adds", () => {`,
    shows: ["● total › adds", "Expected: 6", "Received: 5"],
  },
  {
    tool: "Mocha",
    well: (n) => `      ✔ throws an error for ${n}`,
    failure: `  1) total
       adds:

      AssertionError: expected 5 to equal 6
      + expected - actual

      -5
      +6`,
    shows: ["1) total", "expected 5 to equal 6", "-5\n      +6"],
  },
  {
    tool: "node:test",
    well: (n) => `✔ rejects with an error ${n} (0.4ms)`,
    failure: `✖ adds (1.2ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  5 !== 6

      at TestContext.<anonymous> (file:///repo/total.test.mjs:3:28)`,
    shows: ["✖ adds", "5 !== 6"],
  },
  {
    tool: "Jasmine",
    well: (n) => `    ✓ reports an error ${n}`,
    failure: `Failures:
1) total adds
  Message:
    Expected 5 to be 6.
  Stack:
    at <Jasmine>`,
    shows: ["1) total adds", "Expected 5 to be 6."],
  },
  {
    tool: "AVA",
    well: (n) => `  ✔ parse › fails with error ${n}`,
    failure: `  ✘ [fail]: total › adds
  total › adds

  total.test.js:4

   3: test("adds", t => {
   4:   t.is(total(2, 3), 6);

  Difference (- actual, + expected):

  - 5
  + 6`,
    shows: ["✘ [fail]: total › adds", "- 5\n  + 6"],
  },
  {
    tool: "TAP",
    well: (n) => `ok ${n} - returns an error for bad input`,
    failure: `not ok 81 should be strictly equal
  ---
    operator: equal
    expected: 6
    actual:   5
    at: Test.<anonymous> (/repo/t/a.js:3:24)
  ...`,
    shows: ["not ok 81", "expected: 6", "actual:   5"],
  },
  {
    tool: "Bats",
    well: (n) => `ok ${n} prints an error`,
    failure: `not ok 82 adds
# (in test file t/total.bats, line 5)
#   \`[ "$(sh total.sh 2 3)" = 6 ]' failed
# 5`,
    shows: ["not ok 82 adds", `[ "$(sh total.sh 2 3)" = 6 ]' failed`],
  },
  {
    tool: "Perl's prove",
    well: (n) => `ok ${n} - dies with an error`,
    failure: `not ok 83 - adds
#   Failed test 'adds'
#   at t/total.t line 5.
#          got: '5'
#     expected: '6'`,
    shows: ["Failed test 'adds'", "got: '5'", "expected: '6'"],
  },
  {
    tool: "Playwright",
    well: (n) => `  ✓  ${n} [chromium] › parse.spec.ts:3:5 › shows an error (1.1s)`,
    failure: `  1) [chromium] › total.spec.ts:3:5 › adds ───────────

    Error: expect(received).toBe(expected) // Object.is equality

    Expected: 6
    Received: 5`,
    shows: ["[chromium] › total.spec.ts:3:5 › adds", "Expected: 6", "Received: 5"],
  },
  {
    tool: "Cypress",
    well: (n) => `    ✓ shows an error ${n} (120ms)`,
    failure: `  1) total
       adds:
     AssertionError: Timed out retrying after 4000ms: expected '<b>' to have text '6', but the text was '5'`,
    shows: ["to have text '6', but the text was '5'"],
  },
  {
    tool: "QUnit",
    well: (n) => `ok ${n} Parse > error ${n}`,
    failure: `not ok 84 Total > adds
  ---
  message: "sum"
  severity: failed
  actual  : 5
  expected: 6`,
    shows: ["not ok 84 Total > adds", "actual  : 5", "expected: 6"],
  },
  {
    tool: "Bun",
    well: (n) => `(pass) parse > error ${n} [0.10ms]`,
    failure: `error: expect(received).toBe(expected)

Expected: 6
Received: 5

      at <anonymous> (/repo/total.test.ts:3:20)
(fail) total > adds [0.52ms]`,
    shows: ["Expected: 6", "Received: 5", "(fail) total > adds"],
  },
  {
    tool: "Deno",
    well: (n) => `error ${n} is thrown ... ok (1ms)`,
    failure: `adds ... FAILED (5ms)

 ERRORS

adds => ./total_test.ts:3:6
error: AssertionError: Values are not equal.

    [Diff] Actual / Expected

-   5
+   6`,
    shows: ["adds ... FAILED", "Values are not equal", "-   5\n+   6"],
  },
  {
    tool: "pytest",
    well: (n) => `tests/test_parse.py::test_error_${n} PASSED                         [ ${n}%]`,
    failure: `tests/test_total.py::test_adds FAILED                            [ 99%]

=================================== FAILURES ===================================
__________________________________ test_adds ___________________________________

    def test_adds():
>       assert total(2, 3) == 6
E       assert 5 == 6
E        +  where 5 = total(2, 3)

tests/test_total.py:4: AssertionError`,
    shows: ["> ".trim(), "E       assert 5 == 6", "test_total.py:4: AssertionError"],
  },
  {
    tool: "unittest",
    well: (n) => `test_error_${n} (test_parse.Parse.test_error_${n}) ... ok`,
    failure: `======================================================================
FAIL: test_adds (test_total.Total.test_adds)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/repo/test_total.py", line 5, in test_adds
    self.assertEqual(total(2, 3), 6)
AssertionError: 5 != 6`,
    shows: ["FAIL: test_adds", "AssertionError: 5 != 6"],
  },
  {
    tool: "Go",
    well: (n) => `--- PASS: TestError${n} (0.00s)`,
    failure: `--- FAIL: TestAdds (0.00s)
    total_test.go:8: Total(2, 3) = 5; want 6
FAIL
FAIL	example.com/shop	0.002s`,
    shows: ["--- FAIL: TestAdds", "Total(2, 3) = 5; want 6"],
  },
  {
    tool: "Go with testify",
    well: (n) => `    --- PASS: TestError/case_${n} (0.00s)`,
    failure: `    total_test.go:9: 
        	Error Trace:	/repo/total_test.go:9
        	Error:      	Not equal: 
        	            	expected: 6
        	            	actual  : 5
        	Test:       	TestAdds
--- FAIL: TestAdds (0.00s)`,
    shows: ["expected: 6", "actual  : 5", "--- FAIL: TestAdds"],
  },
  {
    tool: "Go's panic",
    well: (n) => `--- PASS: TestPanic${n} (0.00s)`,
    failure: `panic: runtime error: index out of range [3] with length 3 [recovered]

goroutine 18 [running]:
example.com/shop.Total(...)
	/repo/total.go:5`,
    shows: ["index out of range [3] with length 3", "/repo/total.go:5"],
  },
  {
    tool: "cargo test",
    well: (n) => `test parse::returns_error_${n} ... ok`,
    failure: `test total::adds ... FAILED

failures:

---- total::adds stdout ----

thread 'total::adds' panicked at src/lib.rs:9:9:
assertion \`left == right\` failed
  left: 5
 right: 6`,
    shows: ["total::adds", "panicked at src/lib.rs:9:9", "left: 5", "right: 6"],
  },
  {
    tool: "rustc",
    well: (n) => `   Compiling error-crate-${n} v1.0.0`,
    failure: `error[E0308]: mismatched types
 --> src/lib.rs:2:5
  |
2 |     "5"
  |     ^^^ expected \`i32\`, found \`&str\``,
    shows: ["error[E0308]: mismatched types", "src/lib.rs:2:5", "expected `i32`, found `&str`"],
  },
  {
    tool: "Maven",
    well: (n) => `[INFO] Tests run: ${n + 1}, Failures: 0, Errors: 0, Skipped: 0 - in com.acme.Parse${n}Test`,
    failure: `[ERROR] Tests run: 1, Failures: 1, Errors: 0, Skipped: 0 <<< FAILURE! - in com.acme.TotalTest
[ERROR] com.acme.TotalTest.adds -- Time elapsed: 0.01 s <<< FAILURE!
org.opentest4j.AssertionFailedError: expected: <6> but was: <5>`,
    shows: ["com.acme.TotalTest.adds", "expected: <6> but was: <5>"],
  },
  {
    tool: "Gradle",
    well: (n) => `ParseTest > error${n}() PASSED`,
    failure: `TotalTest > adds() FAILED
    org.opentest4j.AssertionFailedError: expected: <6> but was: <5>
        at app//com.acme.TotalTest.adds(TotalTest.java:9)`,
    shows: ["TotalTest > adds() FAILED", "expected: <6> but was: <5>"],
  },
  {
    tool: "javac",
    well: (n) => `Note: src/Error${n}.java uses unchecked or unsafe operations.`,
    failure: `src/Total.java:5: error: cannot find symbol
        return sum;
               ^
  symbol:   variable sum`,
    shows: ["src/Total.java:5: error: cannot find symbol", "symbol:   variable sum"],
  },
  {
    tool: "ScalaTest",
    well: (n) => `[info] - should fail with error ${n}`,
    failure: `[info] TotalSpec:
[info] - should add *** FAILED ***
[info]   5 did not equal 6 (TotalSpec.scala:7)`,
    shows: ["should add *** FAILED ***", "5 did not equal 6"],
  },
  {
    tool: "Kotlin",
    well: (n) => `w: file:///repo/src/Error${n}.kt:3:5 Parameter 'error' is never used`,
    failure: "e: file:///repo/src/Total.kt:5:12 Unresolved reference: sum",
    shows: ["Unresolved reference: sum"],
  },
  {
    tool: "dotnet test",
    well: (n) => `  Passed Shop.Tests.Parse.Error${n} [1 ms]`,
    failure: `  Failed Shop.Tests.Total.Adds [5 ms]
  Error Message:
   Assert.Equal() Failure: Values differ
Expected: 6
Actual:   5`,
    shows: ["Failed Shop.Tests.Total.Adds", "Expected: 6", "Actual:   5"],
  },
  {
    tool: "MSBuild",
    well: (n) => `  Error${n} -> /repo/bin/Error${n}.dll`,
    failure:
      "/repo/Total.cs(5,16): error CS0103: The name 'sum' does not exist in the current context [/repo/Shop.csproj]",
    shows: ["error CS0103: The name 'sum' does not exist"],
  },
  {
    tool: "PHPUnit",
    well: (n) => ` ✔ Throws an error ${n}`,
    failure: `There was 1 failure:

1) TotalTest::testAdds
Failed asserting that 5 matches expected 6.

/repo/tests/TotalTest.php:9`,
    shows: ["1) TotalTest::testAdds", "Failed asserting that 5 matches expected 6."],
  },
  {
    tool: "Pest",
    well: (n) => `  ✓ it throws an error ${n}`,
    failure: `  ⨯ it adds                                                     0.01s
  ────────────────────────────────────────────────────
   FAILED  Tests\\TotalTest > it adds
  Failed asserting that 5 is identical to 6.`,
    shows: ["FAILED  Tests\\TotalTest > it adds", "5 is identical to 6"],
  },
  {
    tool: "RSpec",
    well: (n) => `  raises an error ${n}`,
    failure: `  1) Total adds
     Failure/Error: expect(total(2, 3)).to eq(6)

       expected: 6
            got: 5

       (compared using ==)
     # ./spec/total_spec.rb:5:in \`block (2 levels) in <top (required)>'`,
    shows: ["1) Total adds", "expected: 6", "got: 5"],
  },
  {
    tool: "minitest",
    well: (n) => `ParseTest#test_error_${n} = 0.00 s = .`,
    failure: `  1) Failure:
TotalTest#test_adds [test/total_test.rb:7]:
Expected: 6
  Actual: 5`,
    shows: ["TotalTest#test_adds", "Expected: 6", "Actual: 5"],
  },
  {
    tool: "ExUnit",
    well: (n) => `  * test returns error ${n} (0.1ms) [L#${n}]`,
    failure: `  1) test adds (TotalTest)
     test/total_test.exs:5
     Assertion with == failed
     code:  assert total(2, 3) == 6
     left:  5
     right: 6`,
    shows: ["1) test adds (TotalTest)", "left:  5", "right: 6"],
  },
  {
    tool: "GoogleTest",
    well: (n) => `[       OK ] Parse.Error${n} (0 ms)`,
    failure: `[ RUN      ] Total.Adds
/repo/total_test.cc:5: Failure
Expected equality of these values:
  total(2, 3)
    Which is: 5
  6
[  FAILED  ] Total.Adds (0 ms)`,
    shows: ["total_test.cc:5: Failure", "Which is: 5", "[  FAILED  ] Total.Adds"],
  },
  {
    tool: "Catch2",
    well: (n) => `Parse error ${n}: passed`,
    failure: `total.cpp:5: FAILED:
  REQUIRE( total(2, 3) == 6 )
with expansion:
  5 == 6`,
    shows: ["REQUIRE( total(2, 3) == 6 )", "5 == 6"],
  },
  {
    tool: "CTest",
    well: (n) => `  ${n}/90 Test #${n}: error_${n} ...................   Passed    0.01 sec`,
    failure: ` 91/91 Test #91: total .....................***Failed    0.00 sec
expected 6, got 5`,
    shows: ["total .....................***Failed", "expected 6, got 5"],
  },
  {
    tool: "GCC",
    well: (n) => `src/a${n}.c:3:7: warning: unused variable 'error${n}' [-Wunused-variable]`,
    failure: `src/total.c: In function 'total':
src/total.c:5:12: error: 'sum' undeclared (first use in this function)
    5 |     return sum;`,
    shows: ["error: 'sum' undeclared", "return sum;"],
  },
  {
    tool: "a linker",
    well: (n) => `[${n}/100] Building CXX object error_${n}.o`,
    failure: `/usr/bin/ld: main.o: in function \`main':
main.c:(.text+0x5): undefined reference to \`total'
collect2: error: ld returned 1 exit status`,
    shows: ["undefined reference to `total'"],
  },
  {
    tool: "AddressSanitizer",
    well: (n) => `[       OK ] Error.Case${n} (0 ms)`,
    failure: `==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010
READ of size 4 at 0x602000000010 thread T0
    #0 0x4f8a1b in total /repo/total.c:5:10`,
    shows: ["heap-use-after-free", "in total /repo/total.c:5:10"],
  },
  {
    tool: "XCTest",
    well: (n) => `Test Case '-[ShopTests.Parse testError${n}]' passed (0.001 seconds).`,
    failure: `/repo/Tests/TotalTests.swift:7: error: -[ShopTests.TotalTests testAdds] : XCTAssertEqual failed: ("5") is not equal to ("6")`,
    shows: [`XCTAssertEqual failed: ("5") is not equal to ("6")`],
  },
  {
    tool: "Swift Testing",
    well: (n) => `✔ Test error${n}() passed after 0.001 seconds.`,
    failure: "✘ Test adds() recorded an issue at TotalTests.swift:7:5: Expectation failed: (total(2, 3) → 5) == 6",
    shows: ["Expectation failed: (total(2, 3) → 5) == 6"],
  },
  {
    tool: "Dart",
    well: (n) => `00:01 +${n}: parse returns error ${n}`,
    failure: `00:01 +80 -1: total adds [E]
  Expected: <6>
    Actual: <5>`,
    shows: ["total adds [E]", "Expected: <6>", "Actual: <5>"],
  },
  {
    tool: "Robot Framework",
    well: (n) => `Returns Error ${n}                                             | PASS |`,
    failure: `Adds                                                           | FAIL |
5 != 6`,
    shows: ["| FAIL |", "5 != 6"],
  },
  {
    tool: "Hspec",
    well: (n) => `  throws error ${n} [✔]`,
    failure: `  adds [✘]

Failures:

  test/TotalSpec.hs:7:20:
  1) total adds
       expected: 6
        but got: 5`,
    shows: ["1) total adds", "expected: 6", "but got: 5"],
  },
  {
    tool: "Cucumber",
    well: (n) => `    ✔ Then an error ${n} is shown # steps.js:3`,
    failure: `    ✖ Then the total is 6 # steps.js:12
        AssertionError [ERR_ASSERTION]: 5 == 6`,
    shows: ["✖ Then the total is 6", "5 == 6"],
  },
  {
    tool: "tsc",
    well: (n) => `[10:00:0${n % 10}] Project 'errors-${n}' is up to date`,
    failure: "src/total.ts(5,10): error TS2304: Cannot find name 'sum'.",
    shows: ["src/total.ts(5,10): error TS2304: Cannot find name 'sum'."],
  },
  {
    tool: "ESLint",
    well: (n) => `  ${n}:5  warning  Unexpected console statement about an error  no-console`,
    failure: `/repo/src/total.js
  5:10  error  'sum' is not defined  no-undef`,
    shows: ["/repo/src/total.js", "'sum' is not defined  no-undef"],
  },
  {
    tool: "Biome",
    well: (n) => `src/error${n}.ts: Formatted`,
    failure: `src/total.ts:5:10 lint/correctness/noUndeclaredVariables ━━━━━━━━━━

  × The sum variable is undeclared.`,
    shows: ["src/total.ts:5:10", "The sum variable is undeclared."],
  },
  {
    tool: "Ruff",
    well: (n) => `INFO checked error_${n}.py`,
    failure: "src/total.py:5:12: F821 Undefined name `sum_`",
    shows: ["F821 Undefined name `sum_`"],
  },
  {
    tool: "mypy",
    well: (n) => `src/a${n}.py:3: note: "Error" defined here`,
    failure: 'src/total.py:5: error: Incompatible return value type (got "str", expected "int")  [return-value]',
    shows: ['got "str", expected "int"'],
  },
  {
    tool: "golangci-lint",
    well: (n) => `level=info msg="[linters_context] error ${n} ignored"`,
    failure: "total.go:5:9: Error return value of `f.Close` is not checked (errcheck)",
    shows: ["Error return value of `f.Close` is not checked"],
  },
  {
    tool: "npm",
    well: (n) => `npm warn deprecated error-package-${n}@1.0.0: no longer maintained`,
    failure: `npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error Found: react@19.0.0`,
    shows: ["unable to resolve dependency tree", "Found: react@19.0.0"],
  },
  {
    tool: "pip",
    well: (n) => `Requirement already satisfied: error-package-${n} in ./lib`,
    failure: "ERROR: No matching distribution found for totals==9.9.9",
    shows: ["No matching distribution found for totals==9.9.9"],
  },
  {
    tool: "Python",
    well: (n) => `INFO step ${n}: no errors`,
    failure: `Traceback (most recent call last):
  File "/repo/total.py", line 5, in <module>
    print(total())
KeyError: 'sum'`,
    shows: ["Traceback", "KeyError: 'sum'"],
  },
  {
    tool: "a shell",
    well: (n) => `+ echo step ${n} without errors`,
    failure: "total.sh: line 5: sum: command not found",
    shows: ["sum: command not found"],
  },
  {
    tool: "docker build",
    well: (n) => `#${n} [build ${n}/90] RUN echo error ${n} DONE 0.1s`,
    failure: `ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2`,
    shows: ["failed to solve"],
  },
  {
    tool: "an action that marks its errors",
    well: (n) => `##[warning]The error ${n} is only a warning`,
    failure: "##[error]src/total.js: expected 6, got 5",
    shows: ["src/total.js: expected 6, got 5"],
  },
];
