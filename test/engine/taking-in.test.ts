// Taking in what processes that stand by have answered: in order, each before it goes, and none in the way of others.
import { expect, onTestFinished, test } from "vitest";
import type { ArrivalsPort, Delivery } from "../../src/engine/ports.ts";
import { createTakingIn } from "../../src/engine/taking-in.ts";
import { handClock } from "../story/clock.ts";
import { until } from "../until.ts";

/** Arrivals in memory, and how each is accepted. */
function aTakingIn(accept: (guid: string) => Promise<void>) {
  const clock = handClock();
  const there = new Map<number, string>();
  const did: string[] = [];
  let wake = () => {};
  const arrivals: ArrivalsPort = {
    onMore: (told) => {
      wake = told;
    },
    after: async (position) =>
      [...there]
        .filter(([one]) => one > position)
        .slice(0, 2)
        .map(([one, guid]) => ({ position: one, delivery: { guid } as Delivery })),
    done: async (positions) => {
      for (const one of positions) {
        did.push(`done ${there.get(one)}`);
        there.delete(one);
      }
    },
  };
  const errors: unknown[] = [];
  const log = { info() {}, warn() {}, error: (fields: Record<string, unknown>) => errors.push(fields.err) };
  const takingIn = createTakingIn({
    clock,
    log,
    arrivals,
    accept: async ({ guid }) => {
      await accept(guid);
      did.push(`accepted ${guid}`);
    },
    missed: () => did.push("missed"),
  });
  onTestFinished(() => takingIn.stop());
  return { clock, there, did, errors, takingIn, wake: () => wake() };
}

test("what is there is taken in at the start, in order, and goes only once it is accepted", async () => {
  const { there, did, takingIn } = aTakingIn(async () => {});
  for (const n of [1, 2, 3]) there.set(n, `g${n}`);
  await takingIn.begin();
  expect(did).toEqual(["accepted g1", "accepted g2", "done g1", "done g2", "accepted g3", "done g3"]);
});

test("what comes while others are taken in is taken in after them, and without a word within seconds", async () => {
  const { clock, there, did, takingIn, wake } = aTakingIn(async (guid) => {
    if (guid !== "g1") return;
    there.set(0.5, "late"); // begun earlier, there only now
    wake();
  });
  there.set(1, "g1");
  await takingIn.begin();
  expect(did).toEqual(["accepted g1", "done g1", "accepted late", "done late"]);
  there.set(2, "untold");
  clock.advance(2_000);
  await until(() => did.includes("done untold"));
});

test("one that cannot be stored stays, is tried again, and holds up none behind it", async () => {
  let isBroken = true;
  const { clock, there, did, errors, takingIn } = aTakingIn(async (guid) => {
    if (guid === "g1" && isBroken) throw new Error("refused");
  });
  for (const n of [1, 2, 3]) there.set(n, `g${n}`);
  await takingIn.begin();
  expect(did).toEqual(["accepted g2", "done g2", "accepted g3", "done g3"]);
  expect(errors).toEqual([new Error("refused")]);
  isBroken = false;
  clock.advance(2_000);
  await until(() => did.includes("done g1"));
});

test("F7: what cannot be read is told of, since nobody can store what arrives then either", async () => {
  const { there, did, takingIn } = aTakingIn(async () => {});
  there[Symbol.iterator] = () => {
    throw new Error("the database is gone");
  };
  await takingIn.begin();
  expect(did).toEqual(["missed"]);
});

test("one that ends in the middle finishes what is under way and begins nothing more", async () => {
  const under = Promise.withResolvers<void>();
  const { there, did, takingIn, wake } = aTakingIn(() => under.promise);
  there.set(1, "g1");
  const began = takingIn.begin();
  there.set(2, "g2");
  const stopped = takingIn.stop();
  under.resolve();
  await Promise.all([began, stopped]);
  wake();
  expect(did).toEqual(["accepted g1", "done g1"]);
});
