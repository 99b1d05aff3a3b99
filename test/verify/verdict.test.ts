// The verdict: green only from evidence about exactly this commit (I14).
import { describe, expect, it } from "vitest";
import type { Review, Rules } from "../../src/loop/state.ts";
import type { CheckFact, CiFacts } from "../../src/verify/facts.ts";
import { verdictOf } from "../../src/verify/verdict.ts";
import { aFinding, sha, someRules } from "../loop/builder.ts";

const head = sha("c");

/** How GitHub names the job of a matrix that was cancelled before its names were made. */
const unnamed = ["test ($", "{{ matrix.node }})"].join("");

function aCheck(change: Partial<CheckFact> = {}): CheckFact {
  return {
    name: "test",
    app: { id: 15368, slug: "github-actions" },
    done: true,
    conclusion: "success",
    required: false,
    title: "",
    summary: "",
    text: "",
    url: null,
    annotations: [],
    ...change,
  };
}

const bot = { id: 7, login: "ci[bot]", bot: true };
const person = { id: 8, login: "dave", bot: false };

const approval: Review = { verdict: "approve", summary: "Good.", confidence: 0.9, findings: [] };
const rejection: Review = {
  ...approval,
  verdict: "reject",
  findings: [aFinding({ source: "review", title: "Wrong" })],
};

interface Asked {
  readonly wasGreen?: readonly string[];
  readonly review?: Review | null;
  readonly required?: string[];
  readonly reviewer?: boolean;
  readonly skipped?: "block" | "pass";
  readonly sources?: Rules["checkSources"];
  readonly ci?: Partial<CiFacts>;
}

function judged(
  checks: CheckFact[],
  { review = approval, required = [], reviewer = true, skipped = "block", sources, ci = {}, wasGreen = [] }: Asked = {},
) {
  const rules = someRules({
    requiredChecks: required,
    skippedChecks: skipped,
    ...(sources === undefined ? {} : { checkSources: sources }),
    ...(reviewer ? {} : { reviewer: null }),
  });
  const facts = { head, pullHead: head, checks, truncated: false, ...ci };
  return verdictOf({ head, ci: facts, review, rules, ourChecks: ["loop / review", "loop / knock-out"], wasGreen });
}

function says(checks: CheckFact[], asked?: Asked): string {
  const { colour, parts } = judged(checks, asked);
  return `${colour} (${parts.map((part) => `${part.name} ${part.colour}: ${part.note}`).join("; ")})`;
}

describe("a verdict", () => {
  it.each<[string, CheckFact[], Asked, string]>([
    ["everything succeeded", [aCheck()], {}, "green (test green: success; review green: approved)"],
    [
      "a deployment waits for a person",
      [aCheck(), aCheck({ name: "preview", done: false, waits: true, conclusion: null })],
      {},
      "pending (test green: success; preview pending: waits until a person lets its deployment begin; review green: approved)",
    ],
    [
      "a job never started",
      [aCheck(), aCheck({ name: "lint", conclusion: "failure", unstarted: true })],
      {},
      "pending (test green: success; lint pending: never started: GitHub does not say why; review green: approved)",
    ],
    [
      "nothing was reported",
      [],
      {},
      "pending (checks pending: no check has been reported yet; review green: approved)",
    ],
    [
      "a check is unfinished",
      [aCheck(), aCheck({ name: "lint", done: false, conclusion: null })],
      {},
      "pending (test green: success; lint pending: not finished yet; review green: approved)",
    ],
    [
      "everything was skipped",
      [aCheck({ conclusion: "skipped" }), aCheck({ name: "lint", conclusion: "neutral" })],
      {},
      "pending (test green: skipped; lint green: neutral; checks pending: no check succeeded, so nothing is proven; review green: approved)",
    ],
    [
      "one was skipped and one succeeded",
      [aCheck(), aCheck({ name: "docs", conclusion: "skipped" })],
      {},
      "green (test green: success; docs green: skipped; review green: approved)",
    ],
    ["a check failed", [aCheck({ conclusion: "failure" })], {}, "red (test red: failure; review green: approved)"],
    [
      "a status is in error",
      [aCheck({ app: null, creator: bot, conclusion: "error" })],
      {},
      "red (test red: error; review green: approved)",
    ],
    [
      "a check waits for a person",
      [aCheck({ conclusion: "action_required" })],
      {},
      "pending (test pending: ended as action_required, which needs a person; review green: approved)",
    ],
    [
      "a service has not let whoever made the commits in",
      [
        aCheck(),
        aCheck({
          name: "Vercel",
          app: null,
          creator: bot,
          conclusion: "failure",
          title: "Git author loopgate[bot] must have access to the project on Vercel to create deployments.",
        }),
      ],
      {},
      "pending (test green: success; Vercel pending: failure; it asks for access of whoever made the commits, which no change of the files settles; review green: approved)",
    ],
    [
      "an agreement is not signed yet",
      [aCheck(), aCheck({ name: "license/cla", app: null, creator: bot, done: false, conclusion: null })],
      {},
      "pending (test green: success; license/cla pending: unfinished; it asks whether whoever made the commits has signed an agreement, which no change of the files settles; review green: approved)",
    ],
    [
      "a name only holds such letters",
      [aCheck({ name: "clang / declare", conclusion: "failure" })],
      {},
      "red (clang / declare red: failure; review green: approved)",
    ],
    [
      "a conclusion is unknown to us",
      [aCheck({ conclusion: "splendid" })],
      {},
      "pending (test pending: ended as splendid, which needs a person; review green: approved)",
    ],
    [
      "one of two runs of a name failed",
      [aCheck(), aCheck({ conclusion: "failure" })],
      {},
      "red (test red: failure; review green: approved)",
    ],
    [
      "a newer run of a check succeeded after one that failed",
      [aCheck({ conclusion: "failure" }), aCheck()],
      {},
      "green (test green: success; it failed before on this commit; review green: approved)",
    ],
    [
      "a newer run is listed before the one it took the place of",
      [aCheck({ startedAt: 2 }), aCheck({ conclusion: "cancelled", startedAt: 1 })],
      {},
      "green (test green: success; review green: approved)",
    ],
    [
      "a newer run failed after one that succeeded",
      [aCheck({ conclusion: "failure", startedAt: 2 }), aCheck({ startedAt: 1 })],
      {},
      "red (test red: failure; review green: approved)",
    ],
    [
      "a run that is newer in another suite of its workflow took its place",
      [
        aCheck({ conclusion: "cancelled", suite: 1, workflow: 7, startedAt: 1 }),
        aCheck({ suite: 2, workflow: 7, startedAt: 2 }),
      ],
      {},
      "green (test green: success; review green: approved)",
    ],
    [
      "the same job of another workflow failed before",
      [
        aCheck({ conclusion: "failure", suite: 1, workflow: 7, startedAt: 1 }),
        aCheck({ suite: 2, workflow: 8, startedAt: 2 }),
      ],
      {},
      "red (test red: failure; review green: approved)",
    ],
    [
      "a check of the same name by another App failed before",
      [aCheck({ conclusion: "failure", app: { id: 9, slug: "other" }, startedAt: 1 }), aCheck({ startedAt: 2 })],
      {},
      "red (test red: failure; review green: approved)",
    ],
    [
      "whose workflow a run is cannot be known, and it failed in another suite",
      [aCheck({ conclusion: "failure", suite: 1, startedAt: 1 }), aCheck({ suite: 2, startedAt: 2 })],
      {},
      "red (test red: failure; review green: approved)",
    ],
    [
      "a matrix was cancelled before its names were made, and ran later",
      [aCheck({ name: unnamed, conclusion: "cancelled" }), aCheck({ name: "test (20)" })],
      {},
      "green (test (20) green: success; review green: approved)",
    ],
    [
      "a matrix was cancelled before its names were made, and never ran",
      [aCheck({ name: unnamed, conclusion: "cancelled" }), aCheck({ name: "lint" })],
      {},
      `red (${unnamed} red: cancelled; lint green: success; review green: approved)`,
    ],
    [
      "one of two runs of a name is unfinished",
      [aCheck(), aCheck({ done: false, conclusion: null })],
      {},
      "pending (test pending: not finished yet; review green: approved)",
    ],
    [
      "one of two runs of a name failed while the other is unfinished",
      [aCheck({ done: false, conclusion: null }), aCheck({ conclusion: "failure" })],
      {},
      "red (test red: failure; review green: approved)",
    ],
    [
      "a check required by the policy is not reported",
      [aCheck({ name: "lint" })],
      { required: ["test"] },
      "pending (test pending: not reported yet; lint absent: success; not required; review green: approved)",
    ],
    [
      "a required check was skipped",
      [aCheck({ conclusion: "skipped" })],
      { required: ["test"] },
      "pending (test pending: required, but ended as skipped, which proves nothing; review green: approved)",
    ],
    [
      "a required check was skipped in one workflow and succeeded in another",
      [aCheck({ conclusion: "skipped", workflow: 1 }), aCheck({ workflow: 2 })],
      { required: ["test"] },
      "green (test green: success; review green: approved)",
    ],
    [
      "a required check was skipped, which the policy lets pass",
      [aCheck({ conclusion: "skipped" })],
      { required: ["test"], skipped: "pass" },
      "green (test green: skipped; review green: approved)",
    ],
    [
      "everything was skipped, which the policy lets pass where it is required",
      [aCheck({ conclusion: "skipped" })],
      { skipped: "pass" },
      "pending (test green: skipped; checks pending: no check succeeded, so nothing is proven; review green: approved)",
    ],
    [
      "a check that is not required failed",
      [aCheck(), aCheck({ name: "lint", conclusion: "failure" })],
      { required: ["test"] },
      "green (test green: success; lint absent: failure; not required; review green: approved)",
    ],
    [
      "a check that GitHub requires failed beside the policy's own",
      [aCheck(), aCheck({ name: "lint", conclusion: "failure", required: true })],
      { required: ["test"] },
      "red (test green: success; lint red: failure; review green: approved)",
    ],
    [
      "only the App's own check was reported",
      [aCheck({ name: "loop / review", required: true })],
      {},
      "pending (checks pending: no check has been reported yet; review green: approved)",
    ],
    [
      "there are more checks than were read",
      [aCheck()],
      { ci: { truncated: true } },
      "pending (test green: success; checks pending: there are more checks than could be read; review green: approved)",
    ],
    [
      "the reviewer has not answered",
      [aCheck()],
      { review: null },
      "pending (test green: success; review pending: not finished yet)",
    ],
    ["the reviewer rejects", [aCheck()], { review: rejection }, "red (test green: success; review red: rejected)"],
    [
      "the reviewer was not understood",
      [aCheck()],
      { review: { ...rejection, verdict: "unreadable" } },
      "red (test green: success; review red: gave no usable answer)",
    ],
    [
      "the reviewer rejects while CI runs",
      [aCheck({ done: false, conclusion: null })],
      { review: rejection },
      "red (test pending: not finished yet; review red: rejected)",
    ],
    [
      "the policy switched the reviewer off",
      [aCheck()],
      { reviewer: false, review: null },
      "green (test green: success; review absent: switched off by the policy)",
    ],
    [
      "there is neither a check nor a reviewer",
      [],
      { reviewer: false, review: null },
      "pending (checks pending: no check has been reported yet; review absent: switched off by the policy)",
    ],
    [
      "the pull request's head is another commit",
      [aCheck()],
      { ci: { pullHead: sha("e") } },
      "pending (checks pending: GitHub shows eeeeeee where ccccccc was pushed; reading again)",
    ],
    [
      "the facts are about another commit",
      [aCheck()],
      { ci: { head: sha("e") } },
      "pending (checks pending: GitHub shows eeeeeee where ccccccc was pushed; reading again)",
    ],
    [
      "GitHub does not say what the pull request's head is",
      [aCheck()],
      { ci: { pullHead: null } },
      "pending (checks pending: GitHub shows no head of the pull request where ccccccc was pushed; reading again)",
    ],
  ])("when %s", (_, checks, asked, expected) => {
    expect(says(checks, asked)).toBe(expected);
  });

  it.each<[string, Partial<CheckFact>, boolean]>([
    ["skipped", { conclusion: "skipped" }, true],
    ["neutral", { conclusion: "neutral" }, true],
    ["stale", { conclusion: "stale" }, true],
    ["never able to start", { conclusion: "startup_failure" }, true],
    ["waiting for a person", { conclusion: "action_required" }, false],
    ["unfinished", { done: false, conclusion: null }, false],
  ])("says of a required check that is %s whether waiting helps", (_, change, final) => {
    const [part] = judged([aCheck(change)], { required: ["test"] }).parts;
    expect([part?.colour, part?.final ?? false]).toEqual(["pending", final]);
  });

  it.each([
    ["startup_failure", "start"],
    ["action_required", "person"],
    ["stale", undefined],
  ])("says of a check that ended as %s what it lacks", (conclusion, lacks) => {
    const [part] = judged([aCheck({ conclusion })], { required: ["test"] }).parts;
    expect(part?.lacks).toBe(lacks);
  });

  it("carries the failures of CI and the reviewer's findings", () => {
    const failing = aCheck({ conclusion: "failure", title: "1 failing", text: "boom", url: "https://ci/1" });
    const { findings } = judged([failing], { review: rejection });
    expect(findings).toEqual([
      { source: "ci", title: "test: 1 failing", detail: "boom", path: null, line: null, url: "https://ci/1" },
      rejection.findings[0],
    ]);
  });

  it("has the same fingerprint for the same failure on another commit", () => {
    const failing = (text: string) => judged([aCheck({ conclusion: "failure", text })]).fingerprint;
    expect(failing("at a.js:12 of c0ffee1 after 31 ms")).toBe(failing("at a.js:14 of beef012 after 7.5 ms"));
    expect(failing("expected a")).not.toBe(failing("expected b"));
  });
});

describe("a check that the base fails too", () => {
  const red = { conclusion: "failure" };
  const onBase = (base: CheckFact[], checks = [aCheck({ ...red, workflow: 1 })], more: Asked = {}) => {
    const { colour, onBase = false, findings } = judged(checks, { ...more, ci: { baseChecks: base } });
    return [colour, onBase, findings.filter((one) => one.onBase).length];
  };

  it("is red, and said to be so", () => {
    expect(onBase([aCheck({ ...red, workflow: 1 })])).toEqual(["red", true, 1]);
    expect(onBase([aCheck(red)])).toEqual(["red", true, 1]); // its workflow is not known
  });

  it.each<[string, CheckFact[]]>([
    ["another name", [aCheck({ ...red, name: "lint" })]],
    ["another App", [aCheck({ ...red, app: { id: 7, slug: "other" } })]],
    ["a status of that name", [aCheck({ ...red, app: null })]],
    ["another workflow", [aCheck({ ...red, workflow: 2 })]],
    ["one that has not ended", [aCheck({ done: false, conclusion: null })]],
    [
      "one that is green since",
      [aCheck({ ...red, workflow: 1, suite: 1, startedAt: 1 }), aCheck({ workflow: 1, suite: 2, startedAt: 2 })],
    ],
    ["nothing", []],
  ])("is not meant by %s on the base", (_, base) => {
    expect(onBase(base)).toEqual(["red", false, 0]);
  });

  it("excuses nothing else that is red beside it", () => {
    const base = [aCheck({ ...red, workflow: 1 })];
    const both = [aCheck({ ...red, workflow: 1 }), aCheck({ ...red, name: "lint", workflow: 1 })];
    expect(onBase(base, both)).toEqual(["red", false, 1]);
    expect(onBase(base, undefined, { review: rejection })).toEqual(["red", false, 1]);
  });
});

describe("a check that was both red and green on the commit", () => {
  const run = (change: Partial<CheckFact>) => aCheck({ workflow: 1, suite: 1, ...change });
  const red = run({ conclusion: "failure", startedAt: 2 });
  const told = (checks: CheckFact[]) => {
    const { colour, doubtful = false, findings, parts } = judged(checks);
    return [colour, doubtful, findings.filter((one) => one.flaky).length, parts.filter((one) => one.flaky).length];
  };

  it("is red where it failed last, and said to be so", () => {
    expect(told([run({ startedAt: 1 }), red])).toEqual(["red", true, 1, 1]);
  });

  it("is green where it succeeded last, and said to be so", () => {
    const checks = [red, run({ startedAt: 3 })];
    expect(told(checks)).toEqual(["green", false, 0, 1]);
    expect(says(checks)).toContain("test green: success; it failed before on this commit");
  });

  it("is the one that was green when it was judged before, though GitHub does not list that run any more", () => {
    const judgedWith = (...wasGreen: string[]) => {
      const { colour, doubtful = false, findings } = judged([red], { wasGreen });
      return [colour, doubtful, findings[0]?.flaky ?? false];
    };
    expect([judgedWith("test"), judgedWith("lint")]).toEqual([
      ["red", true, true],
      ["red", false, false],
    ]);
    expect(judged([run({})], { wasGreen: ["test"] }).parts[0]).not.toHaveProperty("flaky");
  });

  it("is no proof of the rest: beside another that is red, the change is to blame", () => {
    expect(told([run({ startedAt: 1 }), red, run({ name: "lint", conclusion: "failure" })])).toEqual([
      "red",
      false,
      1,
      1,
    ]);
  });

  it.each<[string, Partial<CheckFact>]>([
    ["of another name", { name: "lint" }],
    ["of another App", { app: { id: 7, slug: "other" } }],
    ["of another workflow", { workflow: 2 }],
    ["that was skipped", { conclusion: "skipped" }],
    ["that has not ended", { done: false, conclusion: null, startedAt: 1 }],
  ])("is not meant by a run %s", (_, change) => {
    expect(told([run({ startedAt: 1, ...change }), red])[1]).toBe(false);
  });

  it("is not meant by one that was cancelled before it succeeded", () => {
    expect(told([run({ conclusion: "cancelled", startedAt: 1 }), run({ startedAt: 2 })])).toEqual([
      "green",
      false,
      0,
      0,
    ]);
  });

  it("is waited for while it waits to run again", () => {
    expect(told([red, run({ done: false, conclusion: null, startedAt: null })])[0]).toBe("pending");
  });
});

describe("who reported a check", () => {
  const status = (change: Partial<CheckFact> = {}) => aCheck({ name: "ci", app: null, creator: bot, ...change });
  const ofApp = (app: number | null) => ({ ci: { expected: [{ name: "ci", app }] } });

  it.each<[string, CheckFact[], Asked, string]>([
    ["a person", [status({ creator: person })], {}, "pending"],
    ["nobody known", [status({ creator: undefined })], {}, "pending"],
    ["a person, beside an App", [aCheck(), status({ creator: person, conclusion: "failure" })], {}, "green"],
    ["a bot", [status()], {}, "green"],
    ["the creator that policy names", [status({ creator: person })], { sources: { ci: { creator: "Dave" } } }, "green"],
    ["another than policy names", [status()], { sources: { ci: { creator: "dave" } } }, "pending"],
    [
      "a deleted account of the creator's name",
      [status({ creator: { ...person, id: 0 } })],
      { sources: { ci: { creator: "dave" } } },
      "pending",
    ],
    [
      "an App's check of the creator's name",
      [aCheck({ name: "ci", app: { id: 1, slug: "dave" } })],
      { sources: { ci: { creator: "dave" } } },
      "pending",
    ],
    ["the App that policy names", [status()], { sources: { ci: { app: "ci" } } }, "green"],
    [
      "a person of the App's name",
      [status({ creator: { ...person, login: "ci" } })],
      { sources: { ci: { app: "ci" } } },
      "pending",
    ],
    ["another App than policy names", [aCheck({ name: "ci" })], { sources: { ci: { app: "circleci" } } }, "pending"],
    ["the App that the rules expect", [aCheck({ name: "ci" })], ofApp(15368), "green"],
    ["another App than the rules expect", [aCheck({ name: "ci" })], ofApp(9), "pending"],
    ["the bot of the App that the rules expect", [status({ creatorApp: 9 })], ofApp(9), "green"],
    ["a bot whose App is not known", [status()], ofApp(9), "pending"],
    ["any App, where the rules name none", [aCheck({ name: "ci" })], ofApp(null), "green"],
    ["nobody, where the rules ask for it", [aCheck()], ofApp(null), "pending"],
  ])("%s: %#", (_, checks, asked, colour) => {
    expect(judged(checks, asked).colour).toBe(colour);
  });
});

describe("runs of workflows that GitHub holds until a person approves them", () => {
  const held = { held: true } as const;

  it("are why a check was not reported, and waiting changes nothing", () => {
    const { colour, parts } = judged([], { ci: held });
    expect([colour, parts[0]?.lacks, parts[0]?.final]).toEqual(["pending", "approval", true]);
    const { parts: required } = judged([aCheck({ name: "lint" })], { required: ["test"], ci: held });
    expect(required[0]).toMatchObject({ name: "test", lacks: "approval", final: true });
  });

  it("are none of the business of checks that were reported", () => {
    expect(judged([aCheck()], { required: ["test"], ci: held }).colour).toBe("green");
    expect(
      judged([aCheck({ done: false, conclusion: null })], { required: ["test"], ci: held }).parts[0],
    ).toMatchObject({ colour: "pending", note: "not finished yet" });
  });
});
