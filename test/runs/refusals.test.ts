// What a run was refused, counted for people to read.
import { expect, test } from "vitest";
import { tallyRefusals } from "../../src/runs/refusals.ts";

test("the same is counted, most often first", () => {
  const refusals = tallyRefusals();
  expect(refusals.told()).toEqual([]);
  refusals.hear("push", "secret_found");
  for (let times = 0; times < 3; times++) refusals.hear("host", "evil.example:443");
  expect(refusals.told()).toEqual(["host evil.example:443 ×3", "push secret_found"]);
});

test("a run that asks for very many things costs little to tell, and its words carry no credential (T6, T8)", () => {
  const refusals = tallyRefusals();
  for (let at = 0; at < 5_000; at++) refusals.hear("host", `h${at}.example:443 ${"x".repeat(900)}`);
  expect(refusals.told()).toHaveLength(12);
  expect(refusals.told().join("").length).toBeLessThan(1_500);
  const key = `ghp_${"a".repeat(36)}`;
  const other = tallyRefusals();
  other.hear("host", `${key}.example\u001b[31m:443\n@bob`);
  expect(other.told().join("")).not.toMatch(/ghp_a|\u001b|\n/);
});
