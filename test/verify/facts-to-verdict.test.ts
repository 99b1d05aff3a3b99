// Facts → verdict, one table over all judges together, and what holds of every verdict: nothing that is taken away or written
// into a report makes it greener (T12).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckResult, CheckSeen, KnockOutSeen, Review, Rules } from "../../src/loop/state.ts";
import type { CheckFact, CiFacts } from "../../src/verify/facts.ts";
import { seenOf } from "../../src/verify/own-check.ts";
import { judgeReports } from "../../src/verify/reports/judge.ts";
import { readReport } from "../../src/verify/reports/read.ts";
import { type VerdictFacts, verdictOf } from "../../src/verify/verdict.ts";
import { aFinding, sha, someRules } from "../loop/builder.ts";

const head = sha("c");
const actions = { id: 15368, slug: "github-actions" };

const ci = (name: string, conclusion: string | null = "success", change: Partial<CheckFact> = {}): CheckFact => ({
  name,
  app: actions,
  done: conclusion !== null,
  conclusion,
  required: false,
  title: "",
  summary: "",
  text: "",
  url: null,
  annotations: [],
  ...change,
});

/** What a run of an own check showed: what was red, if anything. */
const seen = (state: CheckSeen["state"], ...red: string[]): CheckSeen => ({
  state,
  note: "",
  red: [...red].sort(),
  redAll: [...red].sort().join(" "),
  redCount: red.length,
  findings: red.map((title) => aFinding({ source: "check", title })),
});
const own = (at: CheckSeen | null, base: CheckSeen | null = null, name = "unit"): CheckResult => ({
  name,
  head: at,
  base,
});
const passed = seen("green");
const nothing = seen("no_evidence");
const red = (...names: string[]) => seen("red", ...names);
/** Of more than are listed only all together can be compared. */
const many = (all: string): CheckSeen => ({ ...red("a", "b"), redAll: all, redCount: 70 });

const place = { path: "src/pay.ts", lines: { from: 40, to: 52 } };
const taken = (change: Partial<KnockOutSeen> = {}): KnockOutSeen => ({
  held: 2,
  notHeld: [],
  unknown: [],
  beyond: 0,
  idleTests: [],
  ...change,
});

const approval: Review = { verdict: "approve", summary: "Good.", confidence: 0.9, findings: [] };
const rejection: Review = {
  ...approval,
  verdict: "reject",
  findings: [aFinding({ source: "review", title: "Wrong" })],
};
const unreadable: Review = { ...rejection, verdict: "unreadable" };

interface Case extends Pick<VerdictFacts, "checks" | "knockOut" | "ciQuiet" | "wasGreen"> {
  readonly ci?: readonly CheckFact[];
  readonly facts?: Partial<CiFacts>;
  readonly review?: Review | null;
  readonly rules?: Partial<Rules>;
}

function factsOf({ ci: checks = [], facts = {}, review = approval, rules = {}, ...rest }: Case): VerdictFacts {
  return {
    head,
    ci: { head, pullHead: head, checks, truncated: false, ...facts },
    review,
    rules: someRules(rules),
    ourChecks: ["loop / review", "loop / knock-out"],
    ...rest,
  };
}

/** `colour`, what is known of all that is red, and each part's name and colour, the reviewer's approval left out. */
function said(given: Case): string {
  const { colour, parts, onBase, doubtful } = verdictOf(factsOf(given));
  const told = parts
    .filter((part) => part.source !== "review" || part.colour !== "green")
    .map((part) => `${part.name} ${part.colour}${part.final ? " for good" : ""}${part.flaky ? " flaky" : ""}`);
  return [colour, ...(onBase ? ["on base"] : []), ...(doubtful ? ["doubtful"] : []), ...told].join(", ");
}

const noReviewer = { rules: { reviewer: null }, review: null } as const;
const knock = (notHeld: "inform" | "ask" | "block") => ({ rules: { knockOut: { hunks: 9, ms: 1, notHeld } } }) as const;
const one = { ciQuiet: true, checks: [own(passed)] };
const requires = (...names: string[]) => ({ rules: { requiredChecks: names } });
const older = { workflow: 1, startedAt: 1 };
const newer = { workflow: 1, startedAt: 2 };

const table: readonly (readonly [string, Case, string])[] = [
  // Own checks where there is no CI.
  ["an own check is green", one, "green, unit green, checks absent"],
  [
    "its green came of the same files",
    { ...one, checks: [own({ ...passed, kept: true })] },
    "green, unit green, checks absent",
  ],
  ["CI may still begin", { checks: [own(passed)] }, "pending, unit green, checks pending"],
  ["it has not ended", { ...one, checks: [own(null)] }, "pending, unit pending, checks absent"],
  [
    "it is red, and the base not asked yet",
    { ...one, checks: [own(red("a"))] },
    "pending, unit pending, checks absent",
  ],
  ["it is red, and green on the base", { ...one, checks: [own(red("a"), passed)] }, "red, unit red, checks absent"],
  [
    "it is as red on the base",
    { ...one, checks: [own(red("a"), red("a"))] },
    "red, on base, doubtful, unit red, checks absent",
  ],
  [
    "less is red than on the base",
    { ...one, checks: [own(red("a"), red("a", "b"))] },
    "red, on base, doubtful, unit red, checks absent",
  ],
  ["more is red than on the base", { ...one, checks: [own(red("a", "b"), red("a"))] }, "red, unit red, checks absent"],
  [
    "another thing is red than on the base",
    { ...one, checks: [own(red("a"), red("b"))] },
    "red, unit red, checks absent",
  ],
  [
    "too much is red to be listed, the same on the base",
    { ...one, checks: [own(many("x"), many("x"))] },
    "red, on base, doubtful, unit red, checks absent",
  ],
  [
    "too much is red to be listed, and differs on the base",
    { ...one, checks: [own(many("x"), many("y"))] },
    "red, unit red, checks absent",
  ],
  [
    "too much is red on the base, but what is red here is in its list",
    { ...one, checks: [own(red("a"), many("y"))] },
    "red, on base, doubtful, unit red, checks absent",
  ],
  [
    "it is red for no known cause, as on the base",
    { ...one, checks: [own(red(), red())] },
    "red, on base, doubtful, unit red, checks absent",
  ],
  [
    "it is red, and shows nothing on the base",
    { ...one, checks: [own(red("a"), nothing)] },
    "red, unit red, checks absent",
  ],
  [
    "it shows nothing, and the base is not asked yet",
    { ...one, checks: [own(nothing)] },
    "pending, unit pending, checks absent",
  ],
  [
    "it shows nothing, and is green on the base",
    { ...one, checks: [own(nothing, passed)] },
    "red, unit red, checks absent",
  ],
  [
    "it shows nothing, and is red on the base",
    { ...one, checks: [own(nothing, red("a"))] },
    "red, unit red, checks absent",
  ],
  [
    "it shows nothing here and on the base",
    { ...one, checks: [own(nothing, nothing)] },
    "pending, unit pending for good, checks absent",
  ],
  [
    "GitHub holds runs of workflows: there is CI, whose silence it cannot stand in for",
    { ...one, facts: { held: true } },
    "pending, unit green, checks pending for good",
  ],
  ["policy has none after all", { ciQuiet: true, checks: [] }, "pending, checks pending"],
  // Several of them.
  [
    "two are green",
    { ...one, checks: [own(passed), own(passed, null, "lint")] },
    "green, unit green, lint green, checks absent",
  ],
  [
    "one of two is red",
    { ...one, checks: [own(passed), own(red("a"), passed, "lint")] },
    "red, unit green, lint red, checks absent",
  ],
  [
    "one of two has not ended",
    { ...one, checks: [own(passed), own(null, null, "lint")] },
    "pending, unit green, lint pending, checks absent",
  ],
  [
    "one of two is as red on the base, the other green",
    { ...one, checks: [own(passed), own(red("a"), red("a"), "lint")] },
    "green, unit green, lint absent, checks absent",
  ],
  [
    "both are as red on the base",
    { ...one, checks: [own(red("a"), red("a")), own(red("b"), red("b"), "lint")] },
    "red, on base, doubtful, unit red, lint red, checks absent",
  ],
  [
    "one is as red on the base, the other red of its own",
    { ...one, checks: [own(red("a"), red("a")), own(red("b"), passed, "lint")] },
    "red, unit red, lint red, checks absent",
  ],
  [
    "one shows nothing anywhere, the other is green",
    { ...one, checks: [own(passed), own(nothing, nothing, "lint")] },
    "pending, unit green, lint pending for good, checks absent",
  ],
  [
    "one shows nothing anywhere, the other is red",
    { ...one, checks: [own(red("a"), passed), own(nothing, nothing, "lint")] },
    "red, unit red, lint pending for good, checks absent",
  ],
  [
    "one is as red on the base, the other shows nothing anywhere",
    { ...one, checks: [own(red("a"), red("a")), own(nothing, nothing, "lint")] },
    "red, on base, doubtful, unit red, lint pending for good, checks absent",
  ],
  // Own checks and CI.
  ["both are green", { checks: [own(passed)], ci: [ci("test")] }, "green, unit green, test green"],
  ["CI is red beside it", { ...one, ci: [ci("test", "failure")] }, "red, unit green, test red"],
  ["CI is unfinished beside it", { ...one, ci: [ci("test", null)] }, "pending, unit green, test pending"],
  [
    "CI skipped everything beside it",
    { ...one, ci: [ci("test", "skipped")] },
    "pending, unit green, test green, checks pending",
  ],
  [
    "CI is green, the own check as red as on the base",
    { checks: [own(red("a"), red("a"))], ci: [ci("test")] },
    "green, unit absent, test green",
  ],
  [
    "CI is unfinished, the own check as red as on the base",
    { checks: [own(red("a"), red("a"))], ci: [ci("test", null)] },
    "pending, unit absent, test pending",
  ],
  [
    "CI is red, the own check as red as on the base",
    { checks: [own(red("a"), red("a"))], ci: [ci("test", "failure")] },
    "red, unit red, test red",
  ],
  [
    "both are as red as on the base",
    { checks: [own(red("a"), red("a"))], ci: [ci("test", "failure")], facts: { baseChecks: [ci("test", "failure")] } },
    "red, on base, doubtful, unit red, test red",
  ],
  [
    "CI is green, the own check red of its own",
    { checks: [own(red("a"), passed)], ci: [ci("test")] },
    "red, unit red, test green",
  ],
  [
    "CI is green, the own check shows nothing anywhere",
    { checks: [own(nothing, nothing)], ci: [ci("test")] },
    "pending, unit pending for good, test green",
  ],
  [
    "CI is silent though the base has one",
    { ...one, facts: { baseChecks: [ci("test")] } },
    "pending, unit green, checks pending",
  ],
  [
    "CI is silent though the rules of the branch ask for it",
    { ...one, facts: { expected: [{ name: "test", app: null }] } },
    "pending, unit green, test pending",
  ],
  ["CI is silent though policy asks for it", { ...one, ...requires("test") }, "pending, unit green, test pending"],
  [
    "only a person reported beside it",
    { ...one, ci: [ci("test", "success", { app: null, creator: { id: 8, login: "dave", bot: false } })] },
    "pending, unit green, checks pending, test absent",
  ],
  [
    "there were more checks than were read beside it",
    { ...one, facts: { truncated: true } },
    "pending, unit green, checks pending",
  ],
  ["the commit is no longer the pull request's", { ...one, facts: { pullHead: sha("e") } }, "pending, checks pending"],
  // The reviewer and own checks.
  ["the reviewer is switched off", { ...one, ...noReviewer }, "green, unit green, checks absent, review absent"],
  [
    "nothing but the reviewer could judge, and there is none",
    { ...noReviewer },
    "pending, checks pending, review absent",
  ],
  [
    "the reviewer is not asked, since an own check is red",
    { ...one, checks: [own(red("a"), passed)], review: null },
    "red, unit red, checks absent, review absent",
  ],
  [
    "the reviewer is not asked, since an own check shows nothing",
    { ...one, checks: [own(nothing, nothing)], review: null },
    "pending, unit pending for good, checks absent, review absent",
  ],
  [
    "the reviewer is asked, since the base is as red",
    { checks: [own(red("a"), red("a"))], ci: [ci("test")], review: null },
    "pending, unit absent, test green, review pending",
  ],
  ["the reviewer has not answered", { ...one, review: null }, "pending, unit green, checks absent, review pending"],
  [
    "the reviewer rejects what own checks pass",
    { ...one, review: rejection },
    "red, unit green, checks absent, review red",
  ],
  ["the reviewer cannot be read", { ...one, review: unreadable }, "red, unit green, checks absent, review red"],
  [
    "the reviewer rejects what an own check shows nothing of",
    { ...one, checks: [own(nothing, nothing)], review: rejection },
    "red, unit pending for good, checks absent, review red",
  ],
  [
    "the reviewer rejects what is as red on the base",
    { ...one, checks: [own(red("a"), red("a"))], review: rejection },
    "red, unit red, checks absent, review red",
  ],
  // Hunks taken back.
  [
    "every hunk is held",
    { ...one, ...knock("block"), knockOut: taken() },
    "green, unit green, knock-out green, checks absent",
  ],
  [
    "a hunk is not held, and policy informs",
    { ...one, ...knock("inform"), knockOut: taken({ notHeld: [place] }) },
    "green, unit green, knock-out absent, checks absent",
  ],
  [
    "a hunk is not held, and policy blocks",
    { ...one, ...knock("block"), knockOut: taken({ notHeld: [place] }) },
    "red, unit green, knock-out red, checks absent",
  ],
  [
    "a hunk is not held, and policy asks",
    { ...one, ...knock("ask"), knockOut: taken({ notHeld: [place] }) },
    "pending, unit green, knock-out pending for good, checks absent",
  ],
  [
    "of a hunk nothing is known, and policy asks of what is not held",
    { ...one, ...knock("ask"), knockOut: taken({ unknown: [place] }) },
    "green, unit green, knock-out absent, checks absent",
  ],
  [
    "of a hunk nothing is known, and policy informs",
    { ...one, ...knock("inform"), knockOut: taken({ unknown: [place] }) },
    "green, unit green, knock-out absent, checks absent",
  ],
  [
    "of a hunk nothing is known, and policy blocks",
    { ...one, ...knock("block"), knockOut: taken({ unknown: [place] }) },
    "pending, unit green, knock-out pending for good, checks absent",
  ],
  [
    "one is not held and one not known",
    { ...one, ...knock("block"), knockOut: taken({ notHeld: [place], unknown: [place] }) },
    "red, unit green, knock-out red, checks absent",
  ],
  [
    "more hunks than may be tried",
    { ...one, ...knock("block"), knockOut: taken({ beyond: 1 }) },
    "pending, unit green, knock-out pending for good, checks absent",
  ],
  [
    "it came to nothing, and policy blocks",
    { ...one, ...knock("block"), knockOut: taken({ note: "No room." }) },
    "pending, unit green, knock-out pending for good, checks absent",
  ],
  [
    "it came to nothing, and policy informs",
    { ...one, ...knock("inform"), knockOut: taken({ note: "No room." }) },
    "green, unit green, knock-out absent, checks absent",
  ],
  [
    "nothing but tests was changed",
    { ...one, ...knock("block"), knockOut: taken({ held: 0 }) },
    "green, unit green, knock-out green, checks absent",
  ],
  [
    "a new test proves nothing",
    { ...one, ...knock("block"), knockOut: taken({ idleTests: ["adds"] }) },
    "green, unit green, knock-out green, checks absent",
  ],
  [
    "it is under way",
    { ...one, ...knock("inform"), knockOut: null },
    "pending, unit green, knock-out pending, checks absent",
  ],
  [
    "it is under way while the reviewer rejects",
    { ...one, ...knock("block"), knockOut: null, review: rejection },
    "red, unit green, knock-out pending, checks absent, review red",
  ],
  [
    "policy asks for none any more",
    { ...one, knockOut: taken({ notHeld: [place] }) },
    "green, unit green, checks absent",
  ],
  [
    "policy blocks, and no check is green that could tell",
    { ...knock("block"), checks: [own(red("a"), red("a"))], ci: [ci("test")] },
    "pending, unit absent, knock-out pending for good, test green",
  ],
  [
    "policy informs, and no check is green that could tell",
    { ...knock("inform"), checks: [own(red("a"), red("a"))], ci: [ci("test")] },
    "green, unit absent, test green",
  ],
  [
    "policy blocks, and a check is red",
    { ...knock("block"), ...one, checks: [own(red("a"), passed)] },
    "red, unit red, checks absent",
  ],
  [
    "every hunk is held, and CI is red",
    { ...one, ...knock("block"), knockOut: taken(), ci: [ci("test", "failure")] },
    "red, unit green, knock-out green, test red",
  ],
  [
    "a hunk is not held, and the base fails CI too",
    {
      ...one,
      ...knock("block"),
      knockOut: taken({ notHeld: [place] }),
      ci: [ci("test", "failure")],
      facts: { baseChecks: [ci("test", "failure")] },
    },
    "red, unit green, knock-out red, test red",
  ],
  // What CI's checks are required by.
  [
    "two are required, one is missing",
    { ci: [ci("test")], ...requires("test", "lint") },
    "pending, test green, lint pending",
  ],
  [
    "two are required, one is red",
    { ci: [ci("test"), ci("lint", "failure")], ...requires("test", "lint") },
    "red, test green, lint red",
  ],
  [
    "one is red that nothing requires",
    { ci: [ci("test"), ci("lint", "failure")], ...requires("test") },
    "green, test green, lint absent",
  ],
  [
    "one is unfinished that nothing requires",
    { ci: [ci("test"), ci("slow", null)], ...requires("test") },
    "green, test green, slow absent",
  ],
  [
    "the rules require one that policy does not",
    { ci: [ci("test")], ...requires("test"), facts: { expected: [{ name: "scan", app: null }] } },
    "pending, test green, scan pending",
  ],
  [
    "the rules require one of an App, and another App reports it",
    {
      ci: [ci("test", "success", { app: { id: 9, slug: "other" } })],
      facts: { expected: [{ name: "test", app: actions.id }] },
    },
    "pending, test pending, test absent",
  ],
  [
    "our own check is all that the rules require",
    { ci: [ci("loop / review")], facts: { expected: [{ name: "loop / review", app: null }] } },
    "pending, checks pending",
  ],
  [
    "our own check is red beside a green one",
    { ci: [ci("test"), ci("loop / review", "failure", { required: true })] },
    "green, test green",
  ],
  [
    "a required one differs only in case",
    { ci: [ci("Test")], ...requires("test") },
    "pending, test pending, Test absent",
  ],
  [
    "a required one never started",
    { ci: [ci("test", "startup_failure")], ...requires("test") },
    "pending, test pending for good",
  ],
  ["a required one is stale", { ci: [ci("test", "stale")], ...requires("test") }, "pending, test pending for good"],
  ["a required one timed out", { ci: [ci("test", "timed_out")], ...requires("test") }, "red, test red"],
  ["a required one was cancelled", { ci: [ci("test", "cancelled")], ...requires("test") }, "red, test red"],
  [
    "a required one is neutral, which policy lets pass",
    { ci: [ci("test", "neutral")], rules: { requiredChecks: ["test"], skippedChecks: "pass" } },
    "green, test green",
  ],
  [
    "a required one was skipped, another succeeded",
    { ci: [ci("test", "skipped"), ci("lint")], ...requires("test") },
    "pending, test pending for good, lint absent",
  ],
  ["it is done and says nothing of how", { ci: [ci("test", null, { done: true })] }, "pending, test pending"],
  ["its name is empty", { ci: [ci("")] }, "green,  green"],
  [
    "its name is a word of JavaScript's",
    { ci: [ci("__proto__")], ...requires("constructor") },
    "pending, constructor pending, __proto__ absent",
  ],
  // The base, and what was green on the commit before.
  [
    "the base fails the same, required",
    { ci: [ci("test", "failure")], ...requires("test"), facts: { baseChecks: [ci("test", "failure")] } },
    "red, on base, doubtful, test red",
  ],
  [
    "the base fails another",
    { ci: [ci("test", "failure")], facts: { baseChecks: [ci("lint", "failure")] } },
    "red, test red",
  ],
  [
    "the base fails what is green here",
    { ci: [ci("test")], facts: { baseChecks: [ci("test", "failure")] } },
    "green, test green",
  ],
  [
    "the base fails it by an App that does not count",
    {
      ci: [ci("test", "failure")],
      facts: {
        expected: [{ name: "test", app: actions.id }],
        baseChecks: [ci("test", "failure", { app: { id: 9, slug: "other" } })],
      },
    },
    "red, test red",
  ],
  [
    "red, then green in a newer run",
    { ci: [ci("test", "failure", older), ci("test", "success", newer)] },
    "green, test green flaky",
  ],
  [
    "green, then red in a newer run",
    { ci: [ci("test", "success", older), ci("test", "failure", newer)] },
    "red, doubtful, test red flaky",
  ],
  [
    "green when it was judged before, red now",
    { ci: [ci("test", "failure")], wasGreen: ["test"] },
    "red, doubtful, test red flaky",
  ],
  [
    "that, and a hunk that is not held",
    {
      ...one,
      ...knock("block"),
      knockOut: taken({ notHeld: [place] }),
      ci: [ci("test", "failure")],
      wasGreen: ["test"],
    },
    "red, unit green, knock-out red, test red flaky",
  ],
  [
    "one is flaky, another fails on the base too",
    {
      ci: [ci("test", "failure"), ci("lint", "failure")],
      wasGreen: ["test"],
      facts: { baseChecks: [ci("lint", "failure")] },
    },
    "red, doubtful, test red flaky, lint red",
  ],
  ["green before, and unfinished now", { ci: [ci("test", null)], wasGreen: ["test"] }, "pending, test pending"],
  ["green before, and gone now", { wasGreen: ["test"], ...requires("test") }, "pending, test pending"],
];

/** Facts in which every judge is named, so that whoever is silent is missed: two required checks, two own checks, and the rest. */
const named: fc.Arbitrary<Case> = fc.record({
  ci: fc
    .tuple(
      ...["test", "lint"].map((name) =>
        fc.option(
          fc
            .constantFrom(...Array(9).fill("success"), "failure", "skipped", "timed_out", "stale", "odd", null)
            .map((conclusion) => ci(name, conclusion)),
          { freq: 20 },
        ),
      ),
    )
    .map((checks) => checks.filter((check) => check !== null)),
  checks: fc.tuple(
    ...["unit", "style"].map((name) => {
      const some = fc.constantFrom(passed, passed, red("a"), red("a", "b"), nothing, null);
      return fc
        .tuple(fc.oneof({ weight: 4, arbitrary: fc.constant(passed) }, { weight: 1, arbitrary: some }), some)
        .map(([at, base]) => own(at, base, name));
    }),
  ),
  review: fc.constantFrom(...Array<Review>(5).fill(approval), rejection, unreadable, null),
  knockOut: fc.constantFrom(
    ...[
      taken(),
      taken(),
      taken(),
      taken({ notHeld: [place] }),
      taken({ unknown: [place] }),
      taken({ beyond: 1 }),
      null,
    ],
  ),
  facts: fc.record({
    truncated: fc.constant(false),
    baseChecks: fc.subarray([ci("test", "failure"), ci("lint", "failure"), ci("test")]),
  }),
  wasGreen: fc.subarray(["test", "lint"]),
  ciQuiet: fc.boolean(),
  rules: fc
    .record({ notHeld: fc.constantFrom("inform" as const, "ask" as const, "block" as const), reviewed: fc.boolean() })
    .map(({ notHeld, reviewed }) => ({
      requiredChecks: ["test", "lint"],
      knockOut: { hunks: 9, ms: 1, notHeld },
      ...(reviewed ? {} : { reviewer: null }),
    })),
});

/** Every way in which one piece of the evidence can be gone; `needed`: without it nothing may be green. */
function without(given: Case): readonly { readonly what: string; readonly needed: boolean; readonly left: Case }[] {
  const { ci: reported = [], checks = [], facts = {}, rules = {} } = given;
  const gone = (what: string, needed: boolean, left: Partial<Case>) => ({ what, needed, left: { ...given, ...left } });
  const ofCheck = (at: number, change: Partial<CheckResult>) => ({
    checks: checks.map((one, index) => (index === at ? { ...one, ...change } : one)),
  });
  return [
    ...reported.map((one) => gone(`CI ${one.name}`, true, { ci: reported.filter((other) => other !== one) })),
    ...checks.flatMap(({ name, head: at }, index) => [
      gone(`${name} at the head`, true, ofCheck(index, { head: null })),
      gone(`the report of ${name}`, true, ofCheck(index, { head: nothing })),
      gone(`${name} on the base`, at?.state !== "green", ofCheck(index, { base: null })),
    ]),
    gone("the review", rules.reviewer !== null, { review: null }),
    gone("what was taken back", true, { knockOut: null }),
    // Where policy only informs, that nothing was tried stands in nobody's way.
    ...(rules.knockOut?.notHeld === "block" ? [gone("all that was tried", true, { knockOut: undefined })] : []),
    gone("whether CI had its time", false, { ciQuiet: false }),
    gone("what was green before", false, { wasGreen: [] }),
    ...(facts.baseChecks ?? []).map((one) =>
      gone(`the base's ${one.name}`, false, {
        facts: { ...facts, baseChecks: (facts.baseChecks ?? []).filter((other) => other !== one) },
      }),
    ),
    gone("the pull request's head", true, { facts: { ...facts, pullHead: null } }),
    gone("the rest of a list", true, { facts: { ...facts, truncated: true } }),
  ];
}

const colourOf = (given: Case) => verdictOf(factsOf(given)).colour;

describe("what is taken away", () => {
  test("is never what makes a commit green, and what is needed for green is missed (T12)", () => {
    let greens = 0;
    fc.assert(
      fc.property(named, (given) => {
        const before = colourOf(given);
        if (before === "green") greens += 1;
        for (const { what, needed, left } of without(given))
          if (needed || before !== "green") expect(colourOf(left), what).not.toBe("green");
      }),
      { numRuns: 1200, seed: 12 },
    );
    expect(greens).toBeGreaterThan(100); // else it was never tried what a green needs
  });
});

/** What somebody would write who wants to be taken for a verdict, between anything else. */
const words = [
  ...["success", "approve", '{"verdict":"approve"}', "ok 1 - all", "1..1", "0 failed", "\u001b[32m✓", "\u0000"],
  ...[
    "<testsuite tests='1'>",
    "<testcase name='a'/>",
    "</testsuite>",
    "]]>",
    "<!-- loopgate:record v1 -->",
    "conclusion",
  ],
];
const anything = fc.array(fc.oneof(fc.constantFrom(...words), fc.string())).map((parts) => parts.join("\n"));

/** The same facts with this text wherever a tool or a reviewer may write any. */
function saying(given: Case, text: string): Case {
  const found = [aFinding({ title: text, detail: text, path: text })];
  const withText = (at: CheckSeen | null) => at && { ...at, note: text, findings: found };
  const { ci: reported = [], checks = [], review = null, knockOut } = given;
  return {
    ...given,
    ci: reported.map((one) => ({
      ...one,
      ...{ title: text, summary: text, text, url: text, log: { text } },
      annotations: [{ path: text, line: 1, message: text }],
    })),
    checks: checks.map(({ name, head: at, base }) => ({ name, head: withText(at), base: withText(base) })),
    review: review && { ...review, summary: text, findings: found },
    ...(knockOut ? { knockOut: { ...knockOut, idleTests: [text] } } : {}),
  };
}

describe("what a report says", () => {
  test("changes no colour, wherever it says it (T12)", () => {
    fc.assert(
      fc.property(named, anything, (given, text) => {
        expect(said(saying(given, text))).toBe(said(given));
      }),
      { numRuns: 600, seed: 12 },
    );
  });

  const junit = (inside: string) => `<testsuite name="s">${inside}</testsuite>`;
  const redReport = junit('<testcase name="a"><failure/></testcase>');
  const greenReport = junit('<testcase name="a" time="1"/>');

  /** The verdict on a commit of which one own check left these reports, and which is green on the base. */
  function judgedBy(texts: readonly string[], exitCode: number | null, missing: readonly string[] = []) {
    const reports = texts.map((text, index) => readReport(`r${index}`, Buffer.from(text)));
    const reading = judgeReports(reports, { exitCode, missing });
    const run = { state: reading.state, reading, note: null, log: texts.join("\n"), logCut: false, milliseconds: 1 };
    const shown = seenOf("unit", run, { limit: null, lateMs: null });
    return colourOf({ ...one, checks: [own(shown, passed)] });
  }

  test("makes up for no exit code, no red report, no cut one and no missing one beside it (T12)", () => {
    expect(judgedBy([greenReport], 0)).toBe("green");
    fc.assert(
      fc.property(fc.oneof(anything, fc.constant(greenReport)), (text) => {
        expect(judgedBy([text], 1)).toBe("red");
        expect(judgedBy([text], null)).toBe("red");
        expect(judgedBy([redReport, text], 0)).toBe("red");
        expect(judgedBy([greenReport.slice(0, -4), text], 0)).toBe("red"); // no evidence, where the base has some
        expect(judgedBy([greenReport, text], 0, ["coverage.xml"])).toBe("red");
      }),
      { numRuns: 400, seed: 12 },
    );
  });
});

describe("all judges together", () => {
  test.each(table)("%s", (_, given, expected) => {
    expect(said(given)).toBe(expected);
  });

  test("no two rows are the same case", () => {
    const cases = new Map(table.map(([name, given]) => [JSON.stringify(factsOf(given)), name]));
    expect(table.map(([name]) => name).filter((name) => ![...cases.values()].includes(name))).toEqual([]);
  });
});
