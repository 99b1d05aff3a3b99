// What ends a run from outside, also where a signal is lost on its way.
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { enforce } from "../../src/container/bounds.ts";
import { until } from "../until.ts";

const bounds = { ranMs: 0, deadlineMs: 20, graceMs: 10, disk: [] };

test("T8: a run whose SIGKILL the engine never heard gets it again until it is over, and no signal after", async () => {
  const sent: string[] = [];
  const enforced = enforce(bounds, (signal) => void sent.push(signal));
  await until(() => sent.length >= 4);
  enforced.over();
  expect(sent).toEqual(["SIGTERM", "SIGKILL", "SIGKILL", "SIGKILL"]);
  await delay(1_300);
  expect(sent).toHaveLength(4);
  expect(enforced.cause).toEqual({ kind: "deadline", deadlineMs: 20 });
});

test("a run that ends by itself is sent nothing", async () => {
  const sent: string[] = [];
  const enforced = enforce(bounds, (signal) => void sent.push(signal));
  enforced.over();
  enforced.end({ kind: "stop", reason: "asked" }, "SIGKILL");
  await delay(100);
  expect(sent).toEqual([]);
  expect(enforced.cause).toBeNull();
});
