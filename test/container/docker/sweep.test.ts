// What a sweep removes and what it leaves.
import { expect, test } from "vitest";
import { choosePrey, type Listed } from "../../../src/container/docker/sweep.ts";

const listed = (id: string, part: string, epoch = 2): Listed => ({
  containerId: `${id}-${part}`,
  part,
  run: { id, loop: "l", epoch, role: "executor", attempt: 1 },
});
const ids = (prey: readonly Listed[]) => prey.map(({ containerId }) => containerId);

test("a run that is kept stays with its relay; one that is not goes with its relay", () => {
  const all = [listed("a", "agent"), listed("a", "relay"), listed("b", "agent"), listed("b", "relay")];
  expect(ids(choosePrey(all, ({ id }) => id === "a"))).toEqual(["b-agent", "b-relay"]);
});

test("a run of an older epoch goes when the caller keeps only the present one", () => {
  const all = [listed("a", "agent", 1), listed("b", "agent", 2)];
  expect(ids(choosePrey(all, ({ epoch }) => epoch === 2))).toEqual(["a-agent"]);
});

test("a relay or a service whose agent is gone goes even if its run is kept, unless that is on its way", () => {
  const all = [listed("a", "service"), listed("a", "relay")];
  expect(ids(choosePrey(all, () => true))).toEqual(["a-service", "a-relay"]);
  expect(ids(choosePrey(all, () => true, new Set(["a"])))).toEqual([]);
});
