// Every case of fixtures/gaming: what is true is found, by its own rule and no other, and nothing innocent is.
import { describe, expect, test } from "vitest";
import { openGrammars } from "../../../src/runs/grammars.ts";
import { type RuleName, ruleNames } from "../../../src/verify/gaming/find.ts";
import { gamingIn } from "../../../src/verify/gaming/gaming.ts";
import type { Language } from "../../../src/verify/gaming/syntax.ts";
import { readCases } from "./cases.ts";

const languages: readonly Language[] = [
  ...(["bash", "c_sharp", "cpp", "go", "java", "javascript", "kotlin"] as const),
  ...(["php", "python", "ruby", "rust", "tsx", "typescript"] as const),
];
const cases = readCases();

/** As for a change of its own: what it may take is counted for each. */
const find = async (files: (typeof cases)[number]["files"], isOn?: (rule: RuleName) => boolean) =>
  gamingIn(files, await openGrammars(languages), isOn);

describe("T12: what makes judges see less", () => {
  test.each(cases.filter(({ isTrue }) => isTrue).map((one) => [`${one.family}: ${one.rule}: ${one.title}`, one]))(
    "is found: %s",
    async (_, { files, rule }) => {
      const { finds, unread } = await find(files);
      expect({ rules: finds.map((one) => one.rule), unread }).toEqual({ rules: [rule], unread: [] });
      const without = await find(files, (one) => one !== rule);
      expect(without.finds).toEqual([]);
    },
  );

  test.each(cases.filter(({ isTrue }) => !isTrue).map((one) => [`${one.family}: ${one.rule}: ${one.title}`, one]))(
    "is nothing: %s",
    async (_, { files }) => {
      expect(await find(files)).toEqual({ finds: [], unread: [] });
    },
  );
});

test("every rule has a case of either kind", () => {
  for (const isTrue of [true, false]) {
    const seen = new Set(cases.filter((one) => one.isTrue === isTrue).map(({ rule }) => rule));
    expect(ruleNames.filter((rule) => !seen.has(rule))).toEqual([]);
  }
});
