// A small run of each of the simulator's ways, as part of every test run.
import { expect, test } from "vitest";
import { hunt, runSeed, runSeeds, shrink } from "./campaign.ts";
import { judge, play, runPoints } from "./exhaustive.ts";
import { mutants } from "./mutants.ts";
import { addedToOnClosed, aroundAnEnd, asksTwice, lostAndMerged } from "./scenarios.ts";
import { randomSetup } from "./setup.ts";
import { simulate } from "./simulate.ts";

test("no invariant breaks and every loop ends in runs that seeds decide (I1-I24, L1-L5)", async () => {
  const { failures } = await runSeeds({ from: 1, count: 40, step: 1, modes: ["safety", "liveness"] });
  expect(failures).toEqual([]);
});

test("the five scenarios end as they should when any one call goes wrong (F1-F4, F27)", async () => {
  const { points, failures } = await runPoints(0, 1, 8);
  expect(failures).toEqual([]);
  expect(points).toBeGreaterThanOrEqual(35);
});

test.each([
  [3221, "liveness", "I14: a pull request merged while CI judged went to the gate"],
  [3347, "safety", "I14: a person's push overtook the verdict, and the pull request was made ready"],
  [805, "liveness", "I1: a slot was freed for a container that an earlier try had started"],
  [5727, "liveness", "I1: a run that could not be asked after at the start held no slot"],
  [5662, "liveness", "L5: an approval given before the gate opened was never read"],
  [9303, "liveness", "L5: reviews seen by a look before the gate were not looked at again"],
  [7816, "liveness", "I3: an attempt judged red after a retry was not counted"],
  [479, "liveness", "L1: a merge that a replica had not heard of was never read again"],
  [8578, "liveness", "I1: a reviewer started beside one that could not be stopped yet"],
  [9469, "safety", "I15: a merge of ours whose answer was lost was taken for a person's"],
  [9954, "liveness", "I15: a merge of ours whose answer was lost, before somebody pushed, was taken for a person's"],
  [8427, "liveness", "L5: an approval of somebody who lost write access and got it back was never read again"],
  [6181, "safety", "L3: a run of a restored loop was not told as lost, since the disk was full just then"],
  [4807, "safety", "L5: a claim that could not be read for hours ended at once as out of time"],
  [1921, "liveness", "L5: /loop retry on a closed issue was answered with nothing"],
  [8322, "safety", "I1: a restored loop began a run beside a container that could not be stopped yet"],
  [2297, "safety", "I4: a restored loop let go of a second reviewer's money, since the thread did not name it"],
  [5546, "liveness", "I1: a restored loop gave a new run the name of one that was there"],
  [3517, "safety", "I1: a loop began beside the container of another, whose record was gone with the store"],
  [9591, "liveness", "I12: what a told run left stayed, since to clear it away was asked of a store that was lost"],
  [
    9210,
    "liveness",
    "L3: the runs of a restored loop were not asked after, since the disk was full just after it was stored",
  ],
  [1235, "liveness", "I21: a loop whose own older record was read took up a revision that it had had before"],
  [145, "safety", "L4: turns that ended together each set a timer, and all but the last were nobody's to cancel"],
] as const)("a run that once broke an invariant holds: seed %i, %s, %s", async (seed, mode, _what) => {
  expect((await runSeed(seed, mode)).violations).toEqual([]);
});

test("one seed always gives one run", async () => {
  const twice = [await runSeed(7, "safety"), await runSeed(7, "safety")];
  expect(twice[0]).toEqual(twice[1]);
});

test.each([
  "an effect begins before that is noted",
  "every comment is posted twice",
  "permission is not asked",
  "a stop is not told",
  "red attempts are refunded",
  "a second label begins a second loop",
  "our own events are heard",
  "what a run left goes as soon as it ended",
  "a run that was lost cost nothing",
  "a label set again takes the place of a loop that is not told of its last run",
  "a check whose container was lost counts as green",
  "the reviewer is asked before the checks have spoken",
  "a stopped loop goes on though its issue is closed",
  "what was added for a time stays for good",
])("a planted bug is caught: %s", async (mutant) => {
  expect((await hunt(mutant, 40)).caughtBy).not.toBeNull();
});

test("a failing run is made smaller and still fails for the same reason", async () => {
  const mutate = mutants["a stop is not told"]!;
  const found = await simulate(randomSetup(1, "liveness"), { mutate, liveness: true });
  expect(found.violations[0]).toMatch(/^I19/);
  const run = (without: ReadonlySet<string>) =>
    simulate(randomSetup(1, "liveness"), { mutate, without, liveness: true });
  const { without, left } = await shrink(found, run);
  expect(left.length).toBeLessThan(found.happened.length);
  expect((await run(new Set(without))).violations[0]).toMatch(/^I19/);
});

test.each(aroundAnEnd)("around a run's end: $scenario.name", async ({ scenario, mishaps }) => {
  expect(judge(scenario, await play(scenario, mishaps, {}))).toBe(null);
});

test.each([addedToOnClosed, asksTwice])("I2, I16: $name", async (scenario) => {
  expect(judge(scenario, await play(scenario, []))).toBe(null);
});

test.each(lostAndMerged)("F8, F9, I7, I11: $name", async (scenario) => {
  expect(judge(scenario, await play(scenario, []))).toBe(null);
});
