// What a policy may say about packages, and that it counts only where the operator has set a registry.
import { describe, expect, it } from "vitest";
import { generousBounds } from "../../src/policy/clamp.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { readRules } from "../../src/policy/rules.ts";

function packagesIn(text: string, registries?: readonly string[]) {
  const agent = { command: "agent", image: "image" };
  const bounds = { ...generousBounds, ...(registries ? { registries } : {}) };
  const read = readRules({ text, sha: "b10b" }, { bounds, defaults: { agent, reviewer: agent } }, "loop");
  if (!read.ok) throw new Error(read.message);
  return read.rules.packages;
}

describe("the packages of a policy", () => {
  it("are any, of any age, for the set-up alone, where the file says nothing", () => {
    expect(packagesIn("version: 1", ["npm"])).toEqual({
      registries: ["npm"],
      allow: [],
      deny: [],
      minimumAgeMs: 0,
      fresh: "allow",
      agents: false,
    });
  });

  it("are as the file says", () => {
    const text =
      "packages: { allow: ['@team/*', left-pad], deny: ['@team/old'], minimum_age_days: 3, new: deny, agents: true }";
    expect(packagesIn(text, ["npm"])).toEqual({
      registries: ["npm"],
      allow: ["@team/*", "left-pad"],
      deny: ["@team/old"],
      minimumAgeMs: 259_200_000,
      fresh: "deny",
      agents: true,
    });
  });

  it.each([
    "left-pad",
    "Zope.Interface",
    "serde_json",
    "@a/b",
    "@a/*",
    "example.test/*",
    "golang.org/x/text",
    "github.com/Ours/*",
    "org.apache.commons:commons-lang3",
    "junit:*",
  ])("are called %s", (name) => {
    expect(packagesIn(`packages: { allow: ["${name}"] }`, ["npm"])?.allow).toEqual([name]);
  });

  it("are none where the operator has set no registry", () => {
    expect(packagesIn("packages: { agents: true }")).toBeUndefined();
    expect(packagesIn("packages: { agents: true }", [])).toBeUndefined();
  });

  it.each([
    "''",
    "'*'",
    "'@team'",
    "'@team/'",
    "'left*'",
    "'@*/x'",
    "'../x'",
    "'a b'",
    "'.x'",
    "'@team/*/x'",
    "'a/b'",
    "'a/*'",
    "'x.test/*/y'",
    "'x.test/'",
    "'x.test//y'",
    "'x.test/../y'",
    "'.test/y'",
    "'a:b:c'",
    "'*:b'",
    "'a:'",
  ])("are never called %s", (name) => {
    for (const list of ["allow", "deny"]) {
      const parsed = parsePolicy(`packages:\n  ${list}: [${name}]\n`);
      expect(parsed.ok ? "accepted" : parsed.message).toContain("a package's name, a Go module's path, Maven's");
    }
  });
});
