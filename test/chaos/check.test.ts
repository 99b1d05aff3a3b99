// The chaos checker, on histories that are wrong in one way each: every way is noticed, and the right history is not.
import { describe, expect, test } from "vitest";
import { statusMarker } from "../../src/record/markers.ts";
import { sealKey } from "../../src/record/seal.ts";
import { checkHistory } from "./check.ts";
import {
  attemptBody,
  branch,
  expected,
  first,
  historyOf,
  issue,
  push,
  type Step,
  said,
  second,
  stateAt,
  statusBody,
  steps,
  stopBody,
} from "./good-history.ts";
import type { Happening, History } from "./history.ts";

const good: readonly Happening[] = Object.values(steps);

const without = (...names: Step[]) => good.filter((one) => !names.some((name) => steps[name] === one));
const instead = (name: Step, ...others: Happening[]) => good.flatMap((one) => (one === steps[name] ? others : [one]));
const followedBy = (name: Step, ...others: Happening[]) => instead(name, steps[name], ...others);
/** The first step only after the second. */
const later = (name: Step, than: Step) => {
  const rest = without(name);
  return rest.toSpliced(rest.indexOf(steps[than]) + 1, 0, steps[name]);
};

function found(history: History): string[] {
  return checkHistory(history, expected).map(({ kind, what }) => `${kind}: ${what}`);
}

const stateless = said(1, `### Loopgate\n\n${statusMarker("k3f9aa")}`, "edited");
const lastWith = (change: Parameters<typeof stateAt>[1]) => said(1, statusBody(stateAt(9, change)), "edited");
const ended = stateAt(9).ending;

test("a history as it should be has no finding", () => {
  expect(found(historyOf(good))).toEqual([]);
});

describe("noticed as lost", () => {
  test.each<[string, readonly Happening[], string]>([
    ["a label that nothing came of", [steps.labelled], "no status comment says what came of it"],
    [
      "a status comment that was deleted",
      [...good, said(1, "", "deleted")],
      "the record of loop k3f9aa cannot be read",
    ],
    ["a record that is gone", [...good, stateless], "cannot be read: absent"],
    [
      "a record with another seal",
      [
        ...good,
        said(
          1,
          statusBody(stateAt(9)).replace(/seal=(.)/, (_, digit) => `seal=${digit === "0" ? 1 : 0}`),
          "edited",
        ),
      ],
      "wrong_seal",
    ],
    ["a loop that never ended", without("lastStatus", "stop"), "loop k3f9aa is still executing"],
    [
      "an ending other than the plot's",
      instead("lastStatus", lastWith({ ending: ended && { ...ended, reason: "retry_limit", of: "attempts", is: 3 } })),
      "ended by retry_limit instead of task_complete",
    ],
    ["an ending without its stop comment", without("stop"), "has no stop comment"],
    ["a judged attempt without its comment", without("firstAttempt"), "attempt 1 was judged and no comment says so"],
    [
      "an attempt that only a comment knows",
      followedBy("secondAttempt", said(9, attemptBody(3))),
      "attempt 3 has a comment and is not in the record",
    ],
    [
      "an attempt that the record forgot",
      instead("lastStatus", lastWith({ attempts: stateAt(9).attempts.slice(1) })),
      "the record forgot attempt 2",
    ],
    [
      "a commit of the record that was not pushed",
      without("firstPush"),
      `${first.slice(0, 7)} is in the record and was not pushed`,
    ],
    [
      "a pushed commit that no attempt knows",
      followedBy("secondPush", push(second, "d".repeat(40))),
      "ddddddd was pushed and is in no attempt",
    ],
    [
      "a branch that was moved aside",
      instead("secondPush", push(first, second, { forward: false })),
      "was moved back or aside",
    ],
    ["a verdict without its check run", without("firstVerdict"), "attempt 1 was judged and no check run says so"],
    ["a comment without a marker", [...good, said(9, "Hello.")], "a comment of ours carries no marker"],
    [
      "a merge that the policy asks for",
      instead("lastStatus", lastWith({ rules: stateAt(9).rules && ({ ...stateAt(9).rules, merge: true } as never) })),
      "it was merged 0 times instead of 1",
    ],
  ])("%s", (_, happenings, what) => {
    expect(found(historyOf(happenings))).toContainEqual(expect.stringMatching(new RegExp(`^lost: .*${what}`)));
  });

  test.each<[string, Partial<History>, string]>([
    [
      "a trigger label that was left",
      { issues: [{ ...historyOf(good).issues[0]!, labels: ["loop", "loop:done"] }] },
      "the label loop is left",
    ],
    [
      "a label that says another ending",
      { issues: [{ ...historyOf(good).issues[0]!, labels: ["loop:running"] }] },
      "the labels say loop:running, the record loop:done",
    ],
    ["a pull request that was never opened", { pulls: [] }, "has commits and no pull request"],
    [
      "a pull request at another commit",
      { pulls: [{ ...historyOf(good).pulls[0]!, head: first }] },
      "pull request 13 is not at ccccccc",
    ],
    ["a draft at the end", { pulls: [{ ...historyOf(good).pulls[0]!, draft: true }] }, "is still a draft"],
    ["a branch that is not where the record says", { branches: { [branch]: first } }, "the branch is not at ccccccc"],
    [
      "a check run that was never concluded",
      { checks: historyOf(good).checks.map((one) => ({ ...one, conclusion: null })) },
      "was never concluded",
    ],
  ])("%s", (_, change, what) => {
    expect(found(historyOf(good, change))).toContainEqual(expect.stringMatching(new RegExp(`^lost: .*${what}`)));
  });

  test("a record that another secret sealed", () => {
    const others = checkHistory(historyOf(good), { ...expected, sealKey: sealKey("another secret altogether") });
    expect(others.map(({ what }) => what)).toContainEqual(expect.stringContaining("wrong_seal"));
  });
});

describe("noticed as doubled", () => {
  const other = stateAt(1, { id: "zzzzzz" });
  test.each<[string, readonly Happening[], string]>([
    ["a second loop from one label", [...good, said(9, statusBody(other))], "a second loop, zzzzzz"],
    [
      "a second status comment",
      [...good, said(9, statusBody(stateAt(9)))],
      "two comments carry loopgate:status k3f9aa",
    ],
    [
      "a second comment on an attempt",
      followedBy("firstAttempt", said(9, attemptBody(1))),
      "two comments carry loopgate:attempt k3f9aa 1",
    ],
    ["a second stop comment", [...good, said(9, stopBody())], "two stop comments tell the ending"],
    [
      "a second stop comment that was taken away again",
      [...good, said(9, stopBody()), said(9, stopBody(), "deleted")],
      "comment 9 of ours was deleted",
    ],
    ["a commit pushed twice", followedBy("secondPush", push(first, second)), "ccccccc was pushed twice"],
    [
      "a second branch",
      followedBy("secondPush", push("0".repeat(40), second, { branch: "loop/12-zzzzzz" })),
      "a second branch, loop/12-zzzzzz",
    ],
    [
      "a branch without an issue",
      followedBy("secondPush", push("0".repeat(40), second, { branch: "loop/99-zzzzzz" })),
      "loop/99-zzzzzz belongs to no labelled issue",
    ],
    ["a second check run", followedBy("firstVerdict", steps.firstVerdict), "two check runs with a verdict of k3f9aa/1"],
    ["a pull request marked ready twice", followedBy("ready", steps.ready), "marked ready twice"],
    [
      "a merge that no policy asks for",
      followedBy("approval", { ...steps.ready, action: "closed", merged: true }),
      "merged 1 times instead of 0",
    ],
    [
      "a run that is in the record twice",
      instead(
        "lastStatus",
        lastWith({ attempts: stateAt(9).attempts.map((one) => ({ ...one, runs: stateAt(1).attempts[0]!.runs })) }),
      ),
      "the run 12-k3f9aa-1 is in the record twice",
    ],
  ])("%s", (_, happenings, what) => {
    expect(found(historyOf(happenings))).toContainEqual(expect.stringMatching(new RegExp(`^doubled: .*${what}`)));
  });

  test("a second pull request", () => {
    const { pulls } = historyOf(good);
    const more = historyOf(good, { pulls: [...pulls, { ...pulls[0]!, number: 14 }] });
    expect(found(more)).toEqual(["doubled: a second pull request, 14"]);
  });
});

describe("noticed as out of order", () => {
  test.each<[string, readonly Happening[], string]>([
    [
      "a record that went back",
      followedBy("secondStatus", said(1, statusBody(stateAt(3, { attempts: stateAt(5).attempts })), "edited")),
      "the record's revision went from 5 to 3",
    ],
    [
      "a count of runs that went back",
      instead("lastStatus", lastWith({ runsStarted: 1 })),
      "the record's runsStarted went from 2 to 1",
    ],
    [
      "attempts commented in the wrong order",
      later("firstAttempt", "secondAttempt"),
      "the comment on attempt 1 was posted after a later one",
    ],
    [
      "attempts numbered wrongly",
      instead("lastStatus", lastWith({ attempts: stateAt(9).attempts.toReversed() })),
      "the record's attempts are numbered 2, 1",
    ],
    [
      "a stop told before the record told it",
      later("lastStatus", "stop"),
      "a stop comment told the ending at 1767603700000 before",
    ],
    ["a stop without an ending", [...good, said(9, stopBody(1))], "a stop comment told the ending at 1 before"],
    [
      "a push from where the branch was not",
      instead("secondPush", push("d".repeat(40), second)),
      "the branch was moved from ddddddd, where it was not",
    ],
    [
      "a push before the thread told of its attempt",
      later("secondStatus", "secondPush"),
      "ccccccc was pushed before the thread told",
    ],
    [
      "a verdict on another commit",
      instead("firstVerdict", { ...steps.firstVerdict, head: second }),
      "the check run k3f9aa/1 is on ccccccc",
    ],
    ["ready before CI was green", later("secondCi", "ready"), "marked ready before ci / test was green"],
    [
      "ready before the verdict was green",
      later("secondVerdict", "ready"),
      "marked ready before loop / verdict was green",
    ],
    ["an end without approval", without("approval"), "it is complete, and bob had not approved ccccccc"],
    ["an end before its approval", later("approval", "lastStatus"), "bob had not approved ccccccc"],
    [
      "an approval of an older commit",
      instead("approval", { ...steps.approval, head: first }),
      "bob had not approved ccccccc",
    ],
    [
      "an approval by somebody else",
      instead("approval", { ...steps.approval, by: "alice" }),
      "bob had not approved ccccccc",
    ],
  ])("%s", (_, happenings, what) => {
    expect(found(historyOf(happenings))).toContainEqual(expect.stringMatching(new RegExp(`^out of order: .*${what}`)));
  });
});

test("each finding names its repository and issue", () => {
  expect(checkHistory(historyOf([steps.labelled]), expected)).toEqual([
    { kind: "lost", where: `acme/widgets#${issue}`, what: expect.any(String) },
  ]);
});
