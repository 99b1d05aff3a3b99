// Tests are recognised in every usual ecosystem, by path and by what they say, and missed when they go.
import { describe, expect, it } from "vitest";
import { isTestPath } from "../../src/policy/paths.ts";
import { risksOf } from "../../src/policy/risk.ts";
import type { ChangedFile } from "../../src/policy/size.ts";
import { testFacts } from "../../src/policy/tests.ts";

describe("a path", () => {
  it.each([
    // Java, Kotlin, Scala: Surefire, Failsafe, ScalaTest
    "TestFoo.java",
    "FooTest.java",
    "FooTests.java",
    "FooTestCase.java",
    "FooIT.java",
    "FooITCase.java",
    "ITFoo.java",
    "src/FooTest.kt",
    "FooSuite.scala",
    "FooSpec.scala",
    "FooSpec.groovy",
    "src/it/java/Foo.java",
    "app/src/androidTest/Foo.kt",
    // .NET, Swift, Objective-C, PHP, Dart
    "Shop.Tests/Total.cs",
    "FooTests.cs",
    "FooTests.fs",
    "ShopTests/Total.swift",
    "FooTests.swift",
    "FooTests.m",
    "FooTest.php",
    "test/total_test.dart",
    // C and C++, Go, Rust, Zig
    "src/FooTest.cpp",
    "foo_test.cc",
    "test_foo.c",
    "foo_unittest.cc",
    "pkg/sum_test.go",
    "testdata/in.txt",
    "tests/total.rs",
    // Python, Ruby, Perl, PHP, R, Julia, Elixir, Lua, shell
    "conftest.py",
    "ext/standard/strlen.phpt",
    "apps/shop/shop_SUITE.erl",
    "chrome/browser/totals_browsertest.cc",
    "features/step_definitions/totals.rb",
    "features/support/spec_helper.rb",
    "force-app/main/TotalsTest.cls",
    "src/cart.itest.ts",
    "app/Cart.uitest.tsx",
    "test_sum.py",
    "sum_test.py",
    "shop/tests.py",
    "total_spec.rb",
    "test/total_test.rb",
    "t/00-load.t",
    "tests/testthat/test-total.R",
    "test/runtests.jl",
    "test/total_test.exs",
    "spec/total_spec.lua",
    "a.bats",
    "test.sh",
    // JavaScript and browsers
    "a.test.ts",
    "a.spec.tsx",
    "a.test-d.ts",
    "src/__tests__/a.js",
    "src/__snapshots__/a.js.snap",
    "cypress/login.cy.ts",
    "src/login.cy.tsx",
    "e2e/total.ts",
    "a.e2e-spec.ts",
    "a.e2e.ts",
    "features/login.feature",
    "login.robot",
    "src/login.cy.vue",
    "playwright/login.ts",
    "SumTest.elm",
    // hardware
    "rtl/adder_tb.sv",
    "adder_tb.vhd",
    // hidden by invisible characters and by case
    "te\u200bst/a.js",
    "TEST/a.js",
    "src/TOTAL_TEST.GO",
  ])("%s holds tests", (path) => {
    expect(isTestPath(path)).toBe(true);
  });

  it.each([
    "src/contest.js",
    "src/latest/a.js",
    "testing.md",
    "Audit.java",
    "src/Unit.java",
    "Commit.cs",
    "ITEM.java",
    "Latest.java",
    "Testament.java",
    "src/Greatest.swift",
    "Contest/Foo.cs",
    "src/attest.py",
    "docs/protest.md",
    "suite.ts",
    "Suites.ts",
    "OfficeSuite.ts",
    "messages.it.json",
    "src/specification.md",
    "inspect.rb",
    "src/testimonials.tsx",
    "README.md",
    "a.ts",
  ])("%s holds none", (path) => {
    expect(isTestPath(path)).toBe(false);
  });
});

describe("a test is recognised as it is written for", () => {
  it.each([
    ["Rust, inside the source", "src/lib.rs", "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {}\n}"],
    ["Tokio", "src/lib.rs", "    #[tokio::test]\n    async fn adds() {}"],
    ["Vitest and Jest", "src/a.js", 'test("adds", () => {});'],
    ["Mocha", "test/a.js", "  it('adds', function () {});"],
    ["a table of Jest", "src/a.js", 'it.each([1])("adds %d", () => {});'],
    ["node:test", "test/a.mjs", "await t.test('adds', () => {});".replace("await ", "  ")],
    ["Deno", "a.ts", 'Deno.test("adds", () => {});'],
    ["pytest", "test_a.py", "def test_adds():\n    assert total() == 5"],
    ["unittest", "tests/a.py", "    def test_adds(self):"],
    ["JUnit", "src/Foo.java", "  @Test\n  void adds() {}"],
    ["a table of JUnit", "src/Foo.kt", "  @ParameterizedTest\n  fun adds() {}"],
    ["ScalaTest", "FooSpec.scala", '  it("should add") {'],
    ["xUnit", "Foo.cs", "    [Fact]\n    public void Adds() {}"],
    ["NUnit", "Foo.cs", "    [TestCase(1)]\n    public void Adds() {}"],
    ["Go", "sum_test.go", "func TestAdds(t *testing.T) {"],
    ["GoogleTest", "src/TotalTest.cpp", "TEST(Total, Sum) {}"],
    ["Catch2", "a.cpp", 'TEST_CASE("adds") {'],
    ["Boost", "a.cpp", "BOOST_AUTO_TEST_CASE(adds)"],
    ["RSpec", "a_spec.rb", '  it "adds" do'],
    ["minitest", "test/a_test.rb", "  def test_adds"],
    ["PHPUnit", "ATest.php", "    public function testAdds(): void"],
    ["Pest", "tests/A.php", "it('adds', function () {"],
    ["XCTest", "ATests.swift", "    func testAdds() {"],
    ["Dart", "test/a_test.dart", "  testWidgets('adds', (tester) async {"],
    ["ExUnit", "test/a_test.exs", '  test "adds" do'],
    ["Bats", "a.bats", '@test "adds" {'],
    ["Gherkin", "a.feature", "  Scenario: adds"],
    ["Perl", "t/a.t", "is(total(2, 3), 5);"],
    ["Zig", "a.zig", 'test "adds" {'],
    ["D", "a.d", "unittest {"],
    ["Clojure", "a.clj", "(deftest adds"],
    ["OCaml", "a.ml", 'let%test "adds" = total 2 3 = 5'],
    ["R", "tests/a.R", 'test_that("adds", {'],
    ["Julia", "test/a.jl", '@testset "adds" begin'],
    ["a shell", "tests/a.sh", "test_adds() {"],
  ])("%s", (_, path, text) => {
    expect(testFacts(path, text, "")?.tests.before).toBeGreaterThan(0);
    expect(testFacts(path, text, text)?.tests.after).toBeGreaterThan(0);
  });

  it.each([
    ["a function that only has such a name", "src/db.py", "def test_connection(url):\n    return True"],
    ["a regular expression that is tried", "src/a.js", "  if (/x/.test(text)) {}"],
    ["a comment", "src/a.js", '// test("adds", () => {});'],
    ["no word of it", "src/a.rs", "pub fn adds() {}"],
  ])("%s is none", (_, path, text) => {
    expect(testFacts(path, text, "")).toBeNull();
  });
});

function risksOfFile(path: string, before: string, after: string, ...others: Partial<ChangedFile>[]): string[] {
  const tests = testFacts(path, before, after) ?? undefined;
  const file = { path, status: "M", oldMode: "100644", newMode: "100644", additions: 1, deletions: 1 };
  const files = [{ ...file, ...(tests ? { tests } : {}) }, ...others.map((one) => ({ ...file, path: "b.rs", ...one }))];
  return risksOf({ files, problems: [], patchId: "" }, { protectedPaths: [] }).risks.map(({ title }) => title);
}

describe("a change", () => {
  const two = "pub fn a() {}\n#[test]\nfn b() {}\n#[test]\nfn c() {}\n";
  const one = "pub fn a() {}\n#[test]\nfn b() {}\n";

  it("that leaves no test in a file, wherever it stands, needs a person's yes", () => {
    expect(risksOfFile("src/lib.rs", two, "pub fn a() {}\n")).toEqual(["Removes all tests of a file"]);
    expect(risksOfFile("a.test.js", 'test("a", () => {});\n', 'import "a";\n')).toEqual([
      "Removes all tests of a file",
    ]);
  });

  it("that skips or comments out every test needs one too", () => {
    expect(risksOfFile("a.test.js", 'test("a", () => {});', 'test.skip("a", () => {});\nimport "a";')).toHaveLength(1);
    expect(risksOfFile("a.test.js", 'test("a", () => {});', '// test("a", () => {});\nimport "a";')).toHaveLength(1);
  });

  it("that empties a file of tests needs one, also where no framework is known", () => {
    expect(risksOfFile("tests/sum.sh", "[ $(sum 2 3) = 5 ]\n", "")).toEqual(["Empties a test file"]);
    expect(risksOfFile("tests/sum.sh", "[ $(sum 2 3) = 5 ]\n", "#!/bin/sh\n\n# later\n")).toEqual([
      "Empties a test file",
    ]);
  });

  it("that keeps some, adds some or moves them to another file needs none", () => {
    expect(risksOfFile("src/lib.rs", two, one)).toEqual([]);
    expect(risksOfFile("src/lib.rs", one, two)).toEqual([]);
    const taken = { tests: { tests: { before: 0, after: 2 }, emptied: false, gone: [], come: [] } };
    expect(risksOfFile("src/lib.rs", two, "pub fn a() {}\n", taken)).toEqual([]);
    expect(risksOfFile("src/a.js", "x\n", "")).toEqual([]);
  });

  it("that takes a test file away needs one, unless each of its tests is declared in another file now, word for word", () => {
    const whole = 'test("adds", () => {\n  ok(1);\n});\ntest("sums", () => {\n  ok(2);\n});\n';
    const risksWith = (after: string) => {
      const gone = { path: "test/sum.test.js", status: "D", tests: testFacts("test/sum.test.js", whole, "")! };
      return risksOfFile("test/all.test.js", "", after, gone);
    };
    expect(risksWith(`import "x";\n${whole}`)).toEqual([]);
    expect(risksWith("")).toEqual(["Removes a test file"]);
    expect(risksWith(whole.replace("sums", "says"))).toEqual(["Removes a test file"]);
    expect(risksWith(whole.replace('test("sums"', 'test.skip("sums"'))).toEqual(["Removes a test file"]);
    expect(risksWith(whole.replace("ok(2)", "ok(true)"))).toEqual(["Removes a test file"]);
  });
});
