// Slots: so many containers at once, in order of asking, and none beside one that may be there already (I1).
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSlots } from "../../src/engine/slots.ts";

/** Of the first installation unless said otherwise. */
const asker = (key: string, installationId = 1) => ({ key, installationId });

function someRuns(limit = 1) {
  const called: string[] = [];
  const timers: (() => void)[] = [];
  const slots = createSlots(
    limit,
    (key) => called.push(key),
    (_ms, act) => timers.push(act),
  );
  const patienceEnds = () => {
    for (const act of timers.splice(0)) act();
  };
  return { called, slots, patienceEnds, take: (run: string) => slots.take(run, asker(`issue ${run}`)) };
}

test("a run without a slot waits, knows its place, and is called when one is free", () => {
  const { called, slots, take } = someRuns();
  expect([take("a"), take("b"), take("c")]).toEqual([null, { place: 1, of: 1 }, { place: 2, of: 2 }]);
  slots.release("a");
  expect(called).toEqual(["issue b"]);
  expect([take("c"), take("b"), take("c")]).toEqual([{ place: 2, of: 2 }, null, { place: 1, of: 1 }]);
});

test("a free slot does not stay empty because the first in line cannot come: it keeps its place, and the next goes", () => {
  const { called, slots, take, patienceEnds } = someRuns();
  for (const run of ["x", "a", "b", "c"]) take(run);
  slots.release("x");
  patienceEnds();
  expect(called).toEqual(["issue a", "issue b"]);
  expect(take("b")).toBeNull();
  expect(take("a")).toEqual({ place: 1, of: 2 });
  slots.release("b");
  expect(called).toEqual(["issue a", "issue b", "issue a"]);
  expect([take("c"), take("a")]).toEqual([{ place: 2, of: 2 }, null]);
});

test("two slots that are free call two, and a newcomer passes none that may still come", () => {
  const { called, slots, take } = someRuns(2);
  for (const run of ["x", "y", "a", "b"]) take(run);
  slots.release("x");
  slots.release("y");
  expect(called).toEqual(["issue a", "issue b"]);
  expect(take("new")).toEqual({ place: 3, of: 3 });
  expect([take("b"), take("a")]).toEqual([null, null]);
});

test("a run that was called and is given up leaves its turn to the next", () => {
  const { called, slots, take } = someRuns();
  for (const run of ["x", "a", "b"]) take(run);
  slots.release("x");
  slots.release("a");
  expect(called).toEqual(["issue a", "issue b"]);
});

test("a container that may be there counts against the others, and gives its run no slot (I1)", () => {
  const { called, slots, take } = someRuns();
  slots.suspect("a");
  expect(take("b")).toEqual({ place: 1, of: 1 });
  slots.clear("a");
  expect(called).toEqual(["issue b"]);
  slots.suspect("a");
  expect(take("b")).toEqual({ place: 1, of: 1 });
  slots.release("b");
  slots.hold("c", asker("issue c"));
  expect(take("a")).toEqual({ place: 1, of: 1 });
});

test("a run that was found running has its slot, and knowing of it takes none away", () => {
  const { slots, take } = someRuns();
  slots.suspect("a");
  slots.hold("a", asker("issue a"));
  slots.clear("a");
  expect([take("a"), take("b"), slots.taken]).toEqual([null, { place: 1, of: 1 }, 1]);
});

test("T26: a repository that asks for a hundred runs puts off its own, and not another's", () => {
  const { called, slots } = someRuns(2);
  const many = Array.from({ length: 100 }, (_, n) => slots.take(`many ${n}`, asker(`1#${n}`)));
  expect(many.slice(0, 3)).toEqual([null, null, { place: 1, of: 1 }]);
  expect(slots.take("few 0", asker("2#1"))).toEqual({ place: 1, of: 99 });
  expect(slots.take("other 0", asker("3#1"))).toEqual({ place: 2, of: 100 });
  expect(slots.take("few 1", asker("2#2"))).toEqual({ place: 3, of: 101 });
  slots.release("many 0");
  expect(called).toEqual(["2#1"]);
  expect(slots.take("few 0", asker("2#1"))).toBeNull();
  slots.release("few 0");
  expect(called).toEqual(["2#1", "3#1"]);
  expect(slots.take("other 0", asker("3#1"))).toBeNull();
  slots.release("many 1");
  expect(called).toEqual(["2#1", "3#1", "1#2"]); // the many have no run now, and asked first
});

test("who was called keeps the turn, though a repository with fewer runs asks before it has come", () => {
  const { slots } = someRuns(2);
  for (const n of [0, 1, 2]) slots.take(`many ${n}`, asker(`1#${n}`));
  slots.release("many 0");
  expect(slots.take("few", asker("2#1"))).toEqual({ place: 2, of: 2 });
  expect(slots.take("many 2", asker("1#2"))).toBeNull();
});

test("T26: an installation whose floods come from a hundred repositories puts off its own, and not another's", () => {
  const { called, slots } = someRuns(2);
  const many = Array.from({ length: 100 }, (_, n) => slots.take(`many ${n}`, asker(`${n + 10}#1`)));
  expect(many.slice(0, 3)).toEqual([null, null, { place: 1, of: 1 }]);
  expect(slots.take("few 0", asker("2#1", 2))).toEqual({ place: 1, of: 99 });
  expect(slots.take("other 0", asker("3#1", 3))).toEqual({ place: 2, of: 100 });
  slots.release("many 0");
  expect(called).toEqual(["2#1"]);
});

test("T26: an installation whose runs are short does not go again before another that waits", () => {
  const { called, slots } = someRuns(1);
  for (const n of [0, 1, 2]) slots.take(`many ${n}`, asker(`1#${n}`));
  slots.take("few", asker("2#1", 2));
  slots.release("many 0");
  expect(called).toEqual(["2#1"]); // although the others asked before it, and none of them has a run now
});

test("T26: once there are two installations, neither waits for the other's runs to end before its first begins", () => {
  const { called, slots } = someRuns(3);
  slots.take("good 0", asker("2#1", 2));
  slots.release("good 0");
  const many = Array.from({ length: 9 }, (_, n) => slots.take(`many ${n}`, asker(`1#${n}`)));
  expect(many.slice(0, 3)).toEqual([null, null, { place: 1, of: 1 }]);
  expect(slots.take("good 1", asker("2#1", 2))).toBeNull();
  expect(slots.take("good 2", asker("2#2", 2))).toEqual({ place: 1, of: 8 });
  slots.release("good 1");
  expect(called).toEqual(["2#2"]);
  slots.release("many 0");
  expect(called).toEqual(["2#2", "1#2"]); // one for each that is free, and the flood has two again
});

test("T26: of two that are called at once, one that its installation leaves no slot for holds nobody up, and is called again", () => {
  const { called, slots } = someRuns(3);
  const take = (run: string, installation = 1) => slots.take(run, asker(`issue ${run}`, installation));
  for (const run of ["x", "y"]) take(run, 2);
  for (const run of ["a", "b", "c"]) take(run);
  slots.release("x");
  slots.release("y");
  expect(called).toEqual(["issue b", "issue c"]);
  expect(take("z", 2)).toEqual({ place: 3, of: 3 });
  expect(take("b")).toBeNull();
  expect(take("c")).toMatchObject({ of: 2 });
  expect(called).toEqual(["issue b", "issue c", "issue z"]);
  expect(take("z", 2)).toBeNull();
  slots.release("a");
  expect(called).toEqual(["issue b", "issue c", "issue z", "issue c"]);
  expect(take("c")).toBeNull();
});

/** One container; all ask while it is taken, then one after the other gets it. Resolves to the runs in the order in which they began. */
function drained(askers: readonly { readonly repository: number; readonly priority?: "high" | "low" }[]): number[] {
  let called = "";
  const slots = createSlots(
    1,
    (key) => {
      called = key;
    },
    () => {},
  );
  const runs = askers.map(({ repository, priority }, index) => ({
    run: `run ${index}`,
    asker: { key: `${repository}#${index}`, installationId: 1, ...(priority ? { priority } : {}) },
  }));
  slots.hold("before all", { key: "99#1", installationId: 1 });
  for (const { run, asker } of runs) slots.take(run, asker);
  const begun: number[] = [];
  for (let last = "before all"; begun.length < runs.length; ) {
    slots.release(last);
    const index = runs.findIndex(({ asker }) => asker.key === called);
    const { run, asker } = runs[index]!;
    expect(slots.take(run, asker)).toBe(null);
    begun.push(index);
    last = run;
  }
  return begun;
}

test("within a repository who has priority goes first, and who is passed by three times goes before that", () => {
  const high = { repository: 1, priority: "high" } as const;
  const low = { repository: 1, priority: "low" } as const;
  expect(drained([{ repository: 1 }, high])).toEqual([1, 0]);
  expect(drained([low, { repository: 1 }])).toEqual([1, 0]);
  expect(drained([{ repository: 1 }, high, high, high, high, high])).toEqual([1, 2, 3, 0, 4, 5]);
  expect(drained([low, { repository: 1 }, { repository: 1 }, { repository: 1 }, high])).toEqual([4, 1, 2, 0, 3]);
});

test("whatever a repository calls urgent, the repositories' turns are what they were, and nobody is passed by more than three times", () => {
  const some = fc.record({
    repository: fc.integer({ min: 1, max: 4 }),
    priority: fc.constantFrom("high" as const, "low" as const, undefined),
  });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 24 }), (given) => {
      const askers = given.map(({ repository, priority }) => ({ repository, ...(priority ? { priority } : {}) }));
      const begun = drained(askers);
      const plain = drained(askers.map(({ repository }) => ({ repository })));
      const repositories = (order: readonly number[]) => order.map((index) => askers[index]?.repository);
      expect(repositories(begun)).toEqual(repositories(plain));
      for (const [turn, index] of begun.entries()) {
        const sooner = begun.slice(0, turn).filter((other) => other > index);
        const passed = sooner.filter((other) => askers[other]?.repository === askers[index]?.repository);
        // Of two that were passed by as often, one still waits for the other.
        expect(passed.length).toBeLessThanOrEqual(3);
      }
    }),
  );
});

test("within a repository a loop that began earlier goes first with whichever run it has next, and another repository's turn stays what it was", () => {
  const { called, slots } = someRuns();
  const take = (key: string, since: number) => slots.take(`run of ${key}`, { ...asker(key), since });
  expect(take("1#1", 10)).toBeNull();
  expect([take("1#3", 30), take("2#1", 40), take("1#2", 20)].map((one) => one?.place)).toEqual([1, 1, 2]);
  slots.release("run of 1#1"); // its executor; its reviewer asks next
  expect(called).toEqual(["1#2"]);
  expect([take("1#1", 10)?.place, take("1#3", 30)?.place]).toEqual([3, 4]);
  for (const [key, since] of [
    ["1#2", 20],
    ["2#1", 40],
    ["1#1", 10],
    ["1#3", 30],
  ] as const) {
    expect(take(key, since), key).toBeNull();
    slots.release(`run of ${key}`);
  }
});

test("how long a run is likely to wait is told once three have shown how long one takes", () => {
  let time = 0;
  const slots = createSlots(
    2,
    () => {},
    () => {},
    () => time,
  );
  const lasts = (run: string, ms: number) => {
    slots.take(run, asker(run));
    time += ms;
    slots.release(run);
  };
  lasts("a", 60_000);
  lasts("b", 600_000);
  slots.take("x", asker("x"));
  slots.take("y", asker("y"));
  expect(slots.take("c", asker("c"))).toEqual({ place: 1, of: 1 });
  time += 120_000;
  slots.release("x");
  slots.hold("z", asker("z"));
  expect(slots.take("c", asker("c"))).toEqual({ place: 1, of: 1, waitMs: 60_000 });
  expect(slots.take("d", asker("d"))).toEqual({ place: 2, of: 2, waitMs: 120_000 });
});
