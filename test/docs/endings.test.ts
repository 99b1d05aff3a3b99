// docs/endings.md has every way in which a loop ends, with what is kept and what to do next. UPDATE_DOCS=1 rewrites the table.
import { expect, test } from "vitest";
import type { Cause } from "../../src/loop/cause.ts";
import { nextAction } from "../../src/report/next.ts";
import { endingSentence } from "../../src/report/wording/endings.ts";
import { anAttempt, anEndedLoop } from "../loop/builder.ts";
import { everyEnding } from "../report/every-ending.ts";
import { part } from "./part.ts";

type Of = Exclude<Cause["of"], "told">;

/** Endings of loops in which no agent has worked yet, or nothing that it did can be told. */
const before: readonly Of[] = [
  "policy_file",
  "no_criteria",
  "open_pulls",
  "branch_in_the_way",
  "record_unreliable",
  "newer_record",
];
const pushedFirst: readonly Of[] = ["question", "permission_asked", "blocked_on", "silence"];
const heldAndGoneOnFrom: readonly Of[] = ["attempt_time", "own_confidence"];

const isCalledOff = (of: Of) => of === "stop_command" || of === "label_removed" || of === "issue_closed";

function kept(of: Of, resume: string, pendingHead: string | null): string {
  if (before.includes(of)) return "what was there before";
  if (pendingHead !== null)
    return heldAndGoneOnFrom.includes(of)
      ? "the branch, and the commit: held, shown in the thread, and what another attempt starts from"
      : "the branch, and the commit: held and shown in the thread";
  if (pushedFirst.includes(of)) return "the branch, with what the attempt had done";
  if (isCalledOff(of) && resume !== "none")
    return "what was pushed, what the agent leaves when it is stopped, and what was on its way to the branch";
  if (of === "loop_time" && resume === "execute") return "the branch, and what the agent leaves when it is stopped";
  if (of === "not_held" || resume === "verify" || resume === "gate")
    return "the branch and the pull request, with the commit";
  return "what was pushed, as it is";
}

test("the page has every ending", () => {
  const rows = Object.values(everyEnding)
    .flat()
    .flatMap((example): string[] => {
      if (example.of === "told") return []; // of earlier versions
      const state = anEndedLoop({ by: "bob", ...example }, { attempts: [anAttempt()] });
      const { ending } = state;
      if (ending === null || ending.of === "told") return [];
      const next = nextAction(state, ending, "the pull request");
      return [
        `| \`${ending.reason}\` | ${endingSentence(ending)} | ${kept(ending.of, ending.resume, ending.pendingHead)} | ${next} |`,
      ];
    });
  const table = ["| reason | when | what is kept | next |", "|---|---|---|---|", ...new Set(rows), ""].join("\n");
  expect(part("docs/endings.md", "endings", table)).toBe(table);
});
