// No next action of any ending is without a story that performs it: the cells are the machine's own.
import { expect, test } from "vitest";
import { everyCell } from "../../report/cells.ts";
import { doubt } from "./doubt.ts";
import { ended } from "./ended.ts";
import { limits } from "./limits.ts";
import { outside } from "./outside.ts";

const told = { ...limits, ...doubt, ...outside, ...ended };

test("each cell of the table of endings and next actions has its story, and no story has a cell that is none", () => {
  const cells = [...everyCell()].flatMap(([row, actions]) => actions.map((action) => `${row}: ${action}`));
  const stories = Object.entries(told).flatMap(([row, { actions }]) =>
    Object.keys(actions).map((action) => `${row}: ${action}`),
  );
  expect(stories.toSorted()).toEqual(cells.toSorted());
});
