// What ended loops leave on this host is kept as long as the operator says, and then goes: artifacts, traces, quarantines, folders.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { answer, aStory, mend, minute, type Story } from "./world.ts";

const day = 24 * 60 * minute;

test("loops that ended longer ago than they are kept are gone from store and disk; others stay", async () => {
  const story = await aStory({ recordsMs: 30 * day, executor: answer({ question: "Which total?" }) });
  const issue = await story.startLoop();
  const { id, ending, snapshot } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "uncertainty_too_high", resume: "execute" });
  expect(await story.app().store.getArtifact(snapshot?.sha256 ?? "")).not.toBe(null);
  await story.advance(29 * day);
  expect(await story.phase(issue)).toBe("settled");
  for (let n = 0; n < 3; n++) await story.advance(day);
  expect(await story.phase(issue)).toBe(undefined);
  const left = (await readdir(join(story.dataDir(), "quarantine"))).filter((name) => name.includes(id));
  expect(left).toEqual([]);
  expect(story.log.some(({ text }) => text === "forgot loops of long ago")).toBe(true);
  const { store } = story.app();
  expect(await store.readTrace(`${story.repository.id}#${issue.number}`, 100)).toEqual([]);
  expect(await store.getArtifact(snapshot?.sha256 ?? "")).toBe(null);
});

test("a living loop is kept however old it is", async () => {
  const story = await aStory({ recordsMs: 2 * day });
  const issue = await story.startLoop();
  for (let n = 0; n < 5; n++) await story.advance(day);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(await readdir(join(story.dataDir(), "quarantine"))).not.toEqual([]);
});

test("folders of runs that no loop owns go at the first look; what is not ours stays", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const kept = await readdir(join(story.dataDir(), "quarantine"));
  for (const name of ["quarantine/7-gone99-1.git", "runs/7-gone99-1", "runs/notes"]) {
    mkdirSync(join(story.dataDir(), name), { recursive: true });
    writeFileSync(join(story.dataDir(), name, "file"), "");
  }
  await story.restart();
  expect(await readdir(join(story.dataDir(), "quarantine"))).toEqual(kept);
  expect(existsSync(join(story.dataDir(), "runs/7-gone99-1"))).toBe(false);
  expect(existsSync(join(story.dataDir(), "runs/notes"))).toBe(true);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

/** As `/healthz` has it, in bytes. */
async function disk(story: Story): Promise<Record<string, number>> {
  const text = await (await fetch(`${story.app().url}/healthz`)).text();
  expect(text.startsWith("ok\n")).toBe(true);
  return Object.fromEntries([...text.matchAll(/(\w+)=(\d+)(?= )/g)].map(([, name, bytes]) => [name, Number(bytes)]));
}

test("what is kept is measured, shown and bounded: the loops that ended first go first, and a living one never", async () => {
  const heavy = `head -c 3000000 /dev/urandom > big.bin; ${answer({ question: "Which total?" })}`;
  const executor = `case "$LOOP_TASK" in *'#4') ${mend} ;; *) ${heavy} ;; esac`;
  const story = await aStory({ executor, keepBytes: 14_000_000 });
  const ended: Issue[] = [];
  for (const title of ["First", "Second", "Third"]) {
    ended.push(await story.startLoop(title));
    await story.advance(minute);
  }
  const living = await story.startLoop("Fourth");
  expect(await story.phase(living)).toBe("awaiting_gate");
  const [first, second, third] = ended as [Issue, Issue, Issue];
  const { attempts } = await story.state(first);
  const records = attempts.flatMap(({ runs }) => runs.map(({ id }) => join(story.dataDir(), "provenance", id)));
  expect(records.map((path) => existsSync(path))).toEqual(records.map(() => true));
  await story.advance(10 * minute);
  const phases = async () => [await story.phase(first), await story.phase(second), await story.phase(third)];
  expect(await phases()).toEqual([undefined, "settled", "settled"]);
  expect(await story.phase(living)).toBe("awaiting_gate");
  expect(records.map((path) => existsSync(path))).toEqual(records.map(() => false));
  const told = story.log.filter(({ text }) => text === "too much was kept: the loops that ended first were forgotten");
  expect(told.map(({ fields }) => [fields.loops, fields.most])).toEqual([[1, 14_000_000]]);
  const {
    total = 0,
    most,
    quarantines = 0,
    records: written = 0,
    folders = 0,
    objects = 0,
    store = 0,
  } = await disk(story);
  expect([total <= 14_000_000, most]).toEqual([true, 14_000_000]);
  expect(quarantines).toBeGreaterThan(2 * 3_000_000); // of two loops, with what their agents pushed
  expect(quarantines + written + folders + objects + store).toBe(total);

  // The thread still knows the one that is gone.
  story.forge.as("alice").comment(first, "/loop retry");
  await story.settle();
  expect((await story.state(first)).attempts.length).toBeGreaterThan(attempts.length);
});

test("where all that is left belongs to loops that go on, nothing goes, and that is said once", async () => {
  const story = await aStory({ keepBytes: 1_000 });
  const issue = await story.startLoop();
  for (let look = 0; look < 4; look++) await story.advance(10 * minute);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(await readdir(join(story.dataDir(), "quarantine"))).not.toEqual([]);
  expect(story.log.filter(({ text }) => text.startsWith("more is kept than may be"))).toHaveLength(1);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});
