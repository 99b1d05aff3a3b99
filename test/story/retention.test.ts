// What ended loops leave on this host is kept as long as the operator says, and then goes: artifacts, traces, quarantines, folders.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answer, aStory, minute } from "./world.ts";

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
