// No next action of any ending is without a story that performs it: the cells are the machine's own.
import { expect, test } from "vitest";
import { everyCell } from "../../report/cells.ts";
import { doubt } from "./doubt.ts";
import { ended } from "./ended.ts";
import { limits } from "./limits.ts";
import { outside } from "./outside.ts";

/** Cells whose story is still to be told: none may be added. */
const untold: readonly string[] = [
  "cancelled: branch_deleted: label",
  "cancelled: branch_gone_at_push: label",
  "infrastructure_error: effect_failed: label",
  "no_progress: same_failure, files, execute: /loop retry",
  "no_progress: same_failure, memory, execute: /loop retry",
  "no_progress: same_failure, onBase, execute: /loop retry",
  "permission_required: packages_asked, verify: /loop deny",
  "unanswered: plan_expired, execute: /loop retry",
  "uncertainty_too_high: no_criteria, unjudged, execute: /loop approve",
];

const told = { ...limits, ...doubt, ...outside, ...ended };

test("each cell of the table of endings and next actions has its story or is known to lack one, and no story has a cell that is none", () => {
  const cells = [...everyCell()].flatMap(([row, actions]) => actions.map((action) => `${row}: ${action}`));
  const stories = Object.entries(told).flatMap(([row, { actions }]) =>
    Object.keys(actions).map((action) => `${row}: ${action}`),
  );
  expect([...stories, ...untold].toSorted()).toEqual(cells.toSorted());
});
