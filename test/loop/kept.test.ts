// What an attempt left that is not done: kept with all that was found of it, and never taken for more than it is.
import { describe, expect, test } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import { playToEnd, readEvent } from "./script.ts";

const begun = ["label alice", "claim", "started"];

describe("work that is kept", () => {
  test("of an attempt that was to merge the base: the next one is to merge it still", () => {
    const merging = [
      ...begun,
      "executor pushed=aa1",
      "published aa1",
      "pull 7",
      "verdict green conflict=c0",
      "started",
    ];
    const asked = ["executor pushed=aa2 question=sides", "published aa2", "checked alice answer ours", "reread"];
    const { state } = playToEnd([...merging, ...asked]);
    expect(state?.attempts.map(({ merges }) => merges)).toEqual([undefined, "conflict", "conflict"]);
  });

  test("of an attempt that was called off: with what it does to its judges, for whoever judges it", () => {
    const { state, now } = playToEnd([...begun, "checked alice pause"]);
    const event = readEvent("executor stopped run=12-k3f9x2-1 pushed=aa1", state, now);
    const gaming = { head: "aa1", findings: [], more: 0, unread: [] };
    if (event.type !== "run_ended" || event.change === null) throw new Error("a run that left a commit was to end");
    const trace = { head: "aa1", finds: [] };
    const ended: LoopEvent = { ...event, change: { ...event.change, gaming }, trace };
    expect(decide(state, ended, now).state?.attempts[0]).toMatchObject({ gaming, trace });
  });

  test("that cannot go to the branch before an attempt that may not begin: it is kept on", () => {
    const paused = [...begun, "checked alice pause", "executor stopped run=12-k3f9x2-1 pushed=aa1 spent=6"];
    const { state } = playToEnd([...paused, "checked alice resume", 'failed publish "GitHub answered 500"']);
    expect(state).toMatchObject({ phase: "settled", partial: { head: "aa1" }, attempts: [{ head: null }] });
  });

  test("for which the attempt does not count: nor does it after a pause of its push", () => {
    const pushing = [...begun, 'executor pushed=aa1 permission="read the logs"', "checked alice pause"];
    const { state } = playToEnd([...pushing, "checked alice resume", "published aa1"]);
    expect(state).toMatchObject({ ending: { of: "permission_asked" }, attempts: [{ counted: false }] });
  });
});
