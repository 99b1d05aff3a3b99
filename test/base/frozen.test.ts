import { expect, test } from "vitest";
import { frozen } from "../../src/base/frozen.ts";
import { parsePolicy } from "../../src/policy/parse.ts";

test("what is frozen cannot be changed, at any depth", () => {
  const value = frozen({ list: [{ of: "one" }], nothing: null });
  expect(() => value.list.push({ of: "two" })).toThrow(TypeError);
  expect(() => Object.assign(value.list[0] ?? {}, { of: "two" })).toThrow(TypeError);
  expect(value).toEqual({ list: [{ of: "one" }], nothing: null });
});

test.each([null, "attempts: 2\n"])("no repository changes the policy of another with the same file (%j)", (text) => {
  const one = parsePolicy(text);
  if (!one.ok) throw new Error(one.message);
  expect(() => Object.assign(one.policy, { attempts: 9 })).toThrow(TypeError);
  expect(() => Object.assign(one.policy.budget, { usd: 9 })).toThrow(TypeError);
});
