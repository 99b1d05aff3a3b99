// New packages that a person is asked about: a yes is to what they saw.
import { expect, test } from "vitest";
import { packagesToAsk } from "../../src/loop/begin.ts";
import { decide } from "../../src/loop/decide.ts";
import { saidBounds } from "../../src/loop/state.ts";
import { playToEnd, readEvent } from "./script.ts";

const many = Array.from({ length: 40 }, (_, index) => `npm ${String(index).padStart(200, "x")}`);

test("no more are asked about, and allowed, than the thread shows whole; the rest is asked about the next time", () => {
  const { state, now } = playToEnd(["label alice", "claim", "started"]);
  const event = readEvent("executor failed", state, now);
  if (state === null || event.type !== "run_ended") throw new Error("a run was to end");
  const asked = decide(state, { ...event, newPackages: many }, now).state;
  const quote = asked?.ending?.quote ?? "";
  expect(asked?.ending?.of).toBe("packages_asked");
  expect(quote.length).toBeLessThanOrEqual(saidBounds.text);
  if (asked === null) throw new Error("there is a loop");
  const allowed = decide(asked, readEvent("checked bob approve", asked, now), now).state;
  expect(allowed?.packagesAllowed).toEqual(quote.split("\n"));
  if (allowed === null) throw new Error("there is a loop");
  expect(packagesToAsk(allowed, many)[0]).toBe(many[allowed.packagesAllowed?.length ?? 0]);
});

test("one that is too long to be shown is never asked about, and keeps none from being", () => {
  const { state } = playToEnd(["label alice", "claim", "started"]);
  if (state === null) throw new Error("there is a loop");
  expect(packagesToAsk(state, [`npm ${"x".repeat(saidBounds.text)}`, "npm left-pad"])).toEqual(["npm left-pad"]);
});
