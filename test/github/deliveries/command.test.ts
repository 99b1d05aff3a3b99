// The grammar of commands, line by line.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommand } from "../../../src/github/deliveries/command.ts";

const table: readonly [body: string, expected: readonly [verb: string, argument: string] | null][] = [
  ["/loop status", ["status", ""]],
  ["/loop stop\nplease", ["stop", ""]],
  ["/loop stop\r\nplease", ["stop", ""]],
  ["  /loop   retry   with care  ", ["retry", "with care"]],
  ["/LOOP Retry", ["retry", ""]],
  ["/loop steer use  two spaces", ["steer", "use  two spaces"]],
  ["/loop", ["help", ""]],
  ["/loop dance now", ["unknown", "dance now"]],
  ["/loop constructor", ["unknown", "constructor"]],
  ["@loopgate status", ["status", ""]],
  ["@Loopgate budget 5", ["budget", "5"]],
  ["@loopgate thank you", null],
  ["@loopgate", null],
  ["@loopgates status", null],
  ["/loops status", null],
  ["/looping", null],
  ["   /loop stop", ["stop", ""]],
  ["    /loop stop", null],
  ["\t/loop stop", null],
  ["  \t/loop stop", null],
  ["     @loopgate stop", null],
  ["```\n/loop stop\n```", null],
  ["~~~ /loop stop", null],
  ["<!-- /loop stop -->", null],
  ["<!--\n/loop stop\n-->", null],
  ["<pre>/loop stop</pre>", null],
  ["- /loop stop", null],
  ["1. /loop stop", null],
  ["> /loop stop", null],
  ["`/loop stop`", null],
  ["please /loop stop", null],
  ["\n/loop stop", null],
  ["", null],
];

test.each(table)("%j", (body, expected) => {
  expect(parseCommand(body, "loopgate")).toEqual(expected && { verb: expected[0], argument: expected[1] });
});

test("only the first line matters (T23)", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (first, rest) => {
      const line = first.replace(/[\r\n]/g, "");
      expect(parseCommand(`${line}\n${rest}`, "loopgate")).toEqual(parseCommand(line, "loopgate"));
    }),
  );
});
