// The disk of the store is full: a real process, a real small file system, and GitHub's own view of what was not taken.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, type TestContext, test } from "vitest";
import type { Issue, Pull } from "../../src/forge/model.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { until } from "../until.ts";
import { aKillableApp, end, type Killable } from "./killable.ts";

/** A file system of its own for the store, small enough to be filled at once; null where this process may not mount one. */
function smallDisk(dir: string): { fill(): void; free(): void } | null {
  mkdirSync(dir, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", dir], { stdio: "pipe" });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync("umount", ["--lazy", dir]));
  const ballast = join(dir, "ballast");
  return {
    fill: () => {
      const page = Buffer.alloc(4096);
      expect(() => {
        for (;;) appendFileSync(ballast, page);
      }).toThrow("ENOSPC");
    },
    free: () => rmSync(ballast),
  };
}

/** An App that serves, with its store on a small disk, and an issue that is not labelled yet. */
async function onASmallDisk(context: TestContext) {
  const world = await aKillableApp();
  const disk = smallDisk(world.storeDir) ?? context.skip("a small file system can only be mounted by root");
  return { world, disk, child: await world.start(), issue: world.openIssue() };
}

function refused({ forge }: Killable, from: number) {
  return forge.deliveries.slice(from).filter(({ statusCode }) => statusCode === 503);
}

/** The pull request once it waits for a person, and GitHub has sent what it had to say of that. */
async function atTheGate({ forge, repository }: Killable, issue: Issue): Promise<Pull> {
  const pull = () => [...repository.issues.values()].find((one) => one.pull !== null)?.pull;
  await until(() => labels(issue).includes("loop:needs-human") && pull()?.draft === false);
  await forge.idle();
  return pull() as Pull;
}

const labels = (issue: Issue) => issue.labels.map(({ name }) => name);

test("F7: with the disk full deliveries are answered 503, GitHub shows them as failed, and sent again they count", async (context: TestContext) => {
  const { world, disk, child, issue } = await onASmallDisk(context);
  const { forge } = world;
  await forge.idle();

  disk.fill();
  let from = forge.deliveries.length;
  forge.as("alice").label(issue, "loop");
  await forge.idle();
  expect(refused(world, from).map(({ event, action }) => `${event}.${action}`)).toContain("issues.labeled");
  expect(issue.comments).toEqual([]);

  disk.free();
  for (const failed of refused(world, from)) forge.redeliver(failed);
  const pull = await atTheGate(world, issue);
  disk.fill();
  from = forge.deliveries.length;
  forge.as("bob").approve(pull);
  await forge.idle();
  const lost = refused(world, from);
  expect(lost.map(({ event }) => event)).toEqual(["pull_request_review"]);
  disk.free();
  for (const failed of lost) forge.redeliver(failed);
  await until(() => labels(issue).includes("loop:done"));
  await until(() => issue.comments.length === 3);
  await forge.idle();

  await end(child);
  const store = sqliteStore(world.storeDir); // checks itself as a whole when it is opened
  const loops = await store.loops("all");
  expect(loops.map(({ state }) => state.ending?.reason)).toEqual(["task_complete"]);
  expect(loops[0]?.state.attempts).toHaveLength(1);
  await store.close();
});

test("F7: a disk that fills up in the middle of an attempt and is freed again costs the loop nothing", async (context: TestContext) => {
  const { world, disk, child, issue } = await onASmallDisk(context);
  const { forge } = world;
  forge.as("alice").label(issue, "loop");
  await until(() => issue.comments.length === 1);
  for (let round = 0; round < 20; round++) {
    disk.fill(); // again and again, for what the App takes away itself leaves room
    await new Promise((resolve) => setTimeout(resolve, 100)); // 2 s in all: the agent would be done in a moment
  }
  await forge.idle();
  const early = [...world.repository.issues.values()].filter(({ pull }) => pull !== null);
  expect(early).toEqual([]);
  disk.free();
  for (const failed of refused(world, 0)) forge.redeliver(failed);
  forge.as("bob").approve(await atTheGate(world, issue));
  await until(() => labels(issue).includes("loop:done"));
  await forge.idle();
  await end(child);
  const store = sqliteStore(world.storeDir);
  expect((await store.loops("all")).map(({ state }) => state.attempts.length)).toEqual([1]);
  await store.close();
});
