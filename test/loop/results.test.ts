import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Result, resultsOf } from "../../src/loop/results.ts";
import type { Attempt, Finding, VerdictPart } from "../../src/loop/state.ts";
import { aFinding, anAttempt, aVerdict, sha } from "./builder.ts";

/** `red verdict: 1 red, 1 green [2]`, the parts below it: its findings counted where there are any. */
function drawn({ of, name, colour, reason, findings, parts }: Result, depth = 0): string[] {
  const found = findings.length === 0 ? "" : ` [${findings.map(({ title }) => title).join(" | ")}]`;
  const line = `${"  ".repeat(depth)}${colour} ${of}${name === "" ? "" : ` ${name}`}: ${reason}${found}`;
  return [line, ...parts.flatMap((part) => drawn(part, depth + 1))];
}

function part(source: VerdictPart["source"], name: string, colour: VerdictPart["colour"]): VerdictPart {
  return { source, name, colour, note: `${name} is ${colour}`, url: null };
}

function treeOf(change: Partial<Attempt>): Result {
  const results = resultsOf(anAttempt(change));
  if (results === null) throw new Error("no tree");
  return results;
}

describe("the tree of results", () => {
  it("has the judges in the verdict's order, several of a kind together, and what each found below it", () => {
    const titles = ["unit: it adds", "unit tests: it subtracts", "unit: more: 3 more failed"];
    const parts = [
      part("check", "unit", "red"),
      part("check", "unit tests", "red"),
      part("ci", "test", "green"),
      part("ci", "lint", "absent"),
      part("review", "review", "green"),
    ];
    const findings = titles.map((title) => aFinding({ source: "check", title }));
    const stray = aFinding({ source: "policy", title: "too large" });
    const criteria = (["met", "cannot_tell"] as const).map((state) => ({
      text: `is ${state}`,
      state,
      evidence: "a:1",
    }));
    const review = { verdict: "approve" as const, summary: "", confidence: 1, findings: [], criteria };
    const verdict = aVerdict({ colour: "red", parts, findings: [...findings, stray] });
    expect(drawn(treeOf({ verdict, review }))).toEqual([
      "red verdict: 1 red, 2 green [too large]",
      "  red check: 2 red",
      "    red check unit: unit is red [unit: it adds | unit: more: 3 more failed]",
      "    red check unit tests: unit tests is red [unit tests: it subtracts]",
      "  green ci: 1 green, 1 not counted",
      "    green ci test: test is green",
      "    absent ci lint: lint is absent",
      "  green review review: review is green",
      "    green criterion is met: a:1",
      "    pending criterion is cannot_tell: a:1",
    ]);
  });

  it("has what makes judges see less also where policy only says so, and only of this commit", () => {
    const seen = {
      head: sha("c"),
      findings: [aFinding({ source: "gaming", title: "Takes tests away" })],
      more: 0,
      unread: [],
    };
    const verdict = aVerdict({ parts: [part("gaming", "against gaming", "absent")] });
    expect(drawn(treeOf({ verdict, gaming: seen }))[1]).toContain("[Takes tests away]");
    expect(drawn(treeOf({ verdict, gaming: { ...seen, head: sha("d") } }))[1]).not.toContain("[");
    const blocked = aVerdict({ ...verdict, findings: seen.findings });
    expect(treeOf({ verdict: blocked, gaming: seen }).parts[0]?.findings).toHaveLength(1);
  });

  it("has what a run did on its way likewise, each find once", () => {
    const finds = ["Was refused", "Touched files and put them back"].map((title) => {
      return { ...aFinding({ source: "trace", title }), rule: "refused" as const };
    });
    const trace = { head: sha("c"), finds };
    const verdict = aVerdict({ parts: [part("trace", "trace review", "absent")] });
    const both = "[Was refused | Touched files and put them back]";
    expect(drawn(treeOf({ verdict, trace }))[1]).toContain(both);
    expect(drawn(treeOf({ verdict, trace: { ...trace, head: sha("d") } }))[1]).not.toContain("[");
    const blocked = aVerdict({ ...verdict, findings: finds.slice(0, 1) });
    expect(drawn(treeOf({ verdict: blocked, trace }))[1]).toContain(both);
  });

  it("is none where nothing was judged", () => {
    expect(resultsOf(anAttempt())).toBeNull();
  });
});

const colours = fc.constantFrom<VerdictPart["colour"]>("green", "red", "pending", "absent");
const sources = fc.constantFrom<VerdictPart["source"]>(
  "policy",
  "ci",
  "check",
  "knock_out",
  "gaming",
  "trace",
  "review",
  "run",
);
const names = fc.constantFrom("test", "test: unit", "lint", "");
const verdicts = fc.record({
  parts: fc.array(
    fc.tuple(sources, names, colours).map((of) => part(...of)),
    { maxLength: 8 },
  ),
  findings: fc.array(
    fc.tuple(sources, names).map(([source, name]): Finding => aFinding({ source, title: `${name}: it fails` })),
    { maxLength: 8 },
  ),
  colour: fc.constantFrom("green" as const, "red" as const, "pending" as const),
});

const all = (result: Result): Result[] => [result, ...result.parts.flatMap(all)];

it("T20: no part and no finding of a verdict is lost or said twice, and several together are never greener than one of them", () => {
  fc.assert(
    fc.property(verdicts, (change) => {
      const verdict = aVerdict(change);
      const tree = treeOf({ verdict });
      const results = all(tree);
      expect(tree.colour).toBe(verdict.colour);
      expect(results.flatMap(({ findings }) => findings)).toHaveLength(verdict.findings.length);
      expect(new Set(results.flatMap(({ findings }) => findings))).toEqual(new Set(verdict.findings));
      const leaves = results.filter(({ of, parts }) => of !== "verdict" && parts.length === 0);
      const inOrder = (shown: readonly { readonly name: string; readonly colour: string }[]) =>
        shown.map(({ name, colour }) => `${name} ${colour}`).sort();
      expect(inOrder(leaves)).toEqual(inOrder(verdict.parts));
      for (const { of, colour, parts } of results.filter((one) => one.parts.length > 0 && one.of !== "verdict")) {
        const worst = (["red", "pending", "green", "absent"] as const).find((one) =>
          parts.some((p) => p.colour === one),
        );
        expect([of, colour]).toEqual([of, worst]);
      }
    }),
    { numRuns: 300 },
  );
});
