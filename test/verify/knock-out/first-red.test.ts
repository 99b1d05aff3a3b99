// The first line of a check's output that names a failure, whatever pieces it comes in; and where output cannot tell.
import { describe, expect, test } from "vitest";
import { canTell, watchForRed } from "../../../src/verify/knock-out/first-red.ts";

function heard(...chunks: string[]): string[] {
  const lines: string[] = [];
  const hear = watchForRed((line) => lines.push(line));
  for (const chunk of chunks) hear(Buffer.from(chunk));
  return lines;
}

describe("output of a check", () => {
  test.each([
    ["TAP", "not ok 1 - adds"],
    ["node", "✖ adds (1.2ms)"],
    ["Go", "--- FAIL: TestAdds (0.00s)"],
    ["pytest", "FAILED test_a.py::test_adds - assert 1 == 2"],
    ["Cargo", "test adds ... FAILED"],
    ["an assertion", "AssertionError: 2 is not 3"],
  ])("of %s names a failure", (_, line) => {
    expect(heard(`ok so far\n${line}\nnot ok 2 - more\n`)).toEqual([line]);
  });

  test("is heard in any pieces and with colours, and only in whole lines", () => {
    expect(heard("\x1b[31mnot o", "k 1 - ad", "ds\x1b[0m\nmore")).toEqual(["not ok 1 - adds"]);
    expect(heard("not ok 1 - ad")).toEqual([]);
    expect(heard("not ok 1 - later # TODO\nok 2\n")).toEqual([]);
  });

  test("cannot tell where it names failures although the command is green, or where it was cut", () => {
    expect(canTell({ log: "ok 1 - adds\n", truncated: false })).toBe(true);
    expect(canTell({ log: "FAIL is a word it likes\nok 1\n", truncated: false })).toBe(false);
    expect(canTell({ log: "ok 1 - adds\n", truncated: true })).toBe(false);
  });
});
