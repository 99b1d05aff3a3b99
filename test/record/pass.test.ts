// The sealed text by which a schedule's issues are found again.
import { expect, test } from "vitest";
import { decodePass, encodePass } from "../../src/record/pass.ts";
import { sealKey } from "../../src/record/seal.ts";

const key = sealKey("a secret of this test, long enough");
const pass = { name: "tidy-up", pass: 3, at: 1_767_600_000_000, base: "b".repeat(40), unanswered: [5, 9] };
const body = `Tidy up.\n\n${encodePass(100, pass, key)}`;

test("a pass is read back from its issue's body, whatever stands around it", () => {
  expect(decodePass(100, `> quoted\n${body}\nmore`, key)).toEqual(pass);
});

test.each([
  ["of another repository", 101, body],
  ["without one", 100, "Tidy up."],
  ["with another pass", 100, body.replace("pass=3", "pass=1")],
  ["with another name", 100, body.replace("name=tidy-up", "name=tidy")],
  ["with another seal", 100, body.replace(/seal=./, (found) => (found.endsWith("0") ? "seal=1" : "seal=0"))],
  ["cut short", 100, body.slice(0, -8)],
])("a body %s tells of none", (_, repository, text) => {
  expect(decodePass(repository, text, key)).toBe(null);
});

test("sealed with another secret it is none", () => {
  expect(decodePass(100, body, sealKey("another secret of this test, long"))).toBe(null);
});
