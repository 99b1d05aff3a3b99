// Which tests of a change are green without it.
import { expect, test } from "vitest";
import { idleIn } from "../../../src/verify/knock-out/idle.ts";
import { judgeReports } from "../../../src/verify/reports/judge.ts";
import type { TestStatus } from "../../../src/verify/reports/report.ts";

const file = "test/shop.test.js";
const named = (name: string, where: string | null = file) => ({ file: where, suite: ["shop"], name });
const ran = (statuses: Readonly<Record<string, TestStatus>>, where: string | null = file) => {
  const tests = Object.entries(statuses).map(([name, status]) => ({
    ...named(name, where),
    project: null,
    status,
    message: "",
  }));
  return { reading: { ...judgeReports([], { exitCode: 0 }), tests } };
};
const before = `import { add } from "../shop.js";

test("adds", () => {
  assert.equal(add(2, 3), 5);
  assert.equal(add(0, 0), 0);
});

// One in a line.
test("subtracts", () => assert.equal(sub(3, 2), 1));

def test_knows():
    assert knows(1)

    assert knows(2)
`;
const changed = (after: string | null, from: string | null = before) => ({
  path: file,
  mode: "100644",
  before: from,
  after,
  ranges: [],
});
const all = ["adds", "subtracts", "test_knows"].map((name) => named(name));
const allPass = ran({ adds: "passed", subtracts: "passed", test_knows: "passed" });
const idle = (text: ReturnType<typeof changed>, without = allPass) => idleIn([text], [{ passed: all, without }]);

test.each<[string, (text: string) => string, string[]]>([
  ["the line that names it", (text) => text.replace("sub(3, 2), 1", "sub(4, 2), 2"), ["shop > subtracts"]],
  ["a line within it", (text) => text.replace("add(0, 0), 0", "add(1, 0), 1"), ["shop > adds"]],
  ["a line that is gone", (text) => text.replace("  assert.equal(add(2, 3), 5);\n", ""), ["shop > adds"]],
  ["a line that came", (text) => text.replace("knows(1)\n", "knows(1)\n    assert 1\n"), ["shop > test_knows"]],
  ["the file's last line", (text) => text.replace("knows(2)", "knows(3)"), ["shop > test_knows"]],
  ["a last line without its end", (text) => text.replace("knows(2)\n", "knows(3)"), ["shop > test_knows"]],
  ["not what stands before it", (text) => text.replace("One in a line", "One in one line"), []],
  ["not what stands behind it", (text) => text.replace("def test", "helper()\n\ndef test"), []],
  ["not a test above it", (text) => text.replace('test("adds"', 'test("is", () => 1);\ntest("adds"'), []],
  ["not what is only moved", (text) => text.replace("import", "\n\nimport"), []],
])("changed is one by %s", (_, change, expected) => {
  expect(idle(changed(change(before)))).toEqual(expected);
});

test("new is one whose name only the head has, in a file that came or that was there", () => {
  const after = `${before}\ntest("divides", () => {});\n`;
  const passed = [...all, named("divides")];
  const without = ran({ adds: "passed", divides: "passed" });
  expect(idleIn([changed(after)], [{ passed, without }])).toEqual(["shop > divides"]);
  expect(idleIn([changed(after, null)], [{ passed, without }])).toEqual(["shop > adds", "shop > divides"]);
});

test.each([
  ["it is red without the change", ran({ test_knows: "failed" })],
  ["it does not run without the change", ran({})],
  ["it is skipped without the change", ran({ test_knows: "skipped" })],
  ["the check came to nothing", undefined],
  ["its report names no file", ran({ test_knows: "passed" }, null)],
])("it proves something, or nothing is known, where %s", (_, without) => {
  expect(idleIn([changed(before.replace("knows(2)", "knows(3)"))], [{ passed: all, without }])).toEqual([]);
});

test("what is no file of tests, and a file of tests that is gone, have none", () => {
  const text = { ...changed(before, null), path: "src/shop.js" };
  expect(
    idleIn(
      [text],
      [{ passed: [named("test_knows", "src/shop.js")], without: ran({ test_knows: "passed" }, "src/shop.js") }],
    ),
  ).toEqual([]);
  expect(idle(changed(null))).toEqual([]);
});

test("names that are no ASCII are found in the bytes", () => {
  const after = Buffer.from(`${before}zählt\n`).toString("latin1");
  const passed = [...all, named("zählt")];
  expect(idleIn([changed(after)], [{ passed, without: ran({ zählt: "passed" }) }])).toEqual(["shop > zählt"]);
});
