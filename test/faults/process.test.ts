// Faults of our own process: killed before, between and during; stopped; a disk that fails; a bug in one loop's turn.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { LoopEvent } from "../../src/loop/event.ts";
import { sqliteStore } from "../../src/store/sqlite/sqlite.ts";
import { isRemembered } from "../store/remembered.ts";
import { aStory } from "../story/world.ts";
import { until } from "../until.ts";
import { aKillableApp, end } from "./killable.ts";
import { aShim } from "./shim.ts";

const storeModule = JSON.stringify(join(import.meta.dirname, "../../src/store/sqlite/sqlite.ts"));

async function aFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "faults-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** Runs code on a store in a process of its own; resolves to what it printed and what ended it. */
async function elsewhere(dir: string, code: string, env: NodeJS.ProcessEnv = {}) {
  const program = `import { sqliteStore } from ${storeModule}; const store = sqliteStore(${JSON.stringify(dir)}); ${code}`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  const [, signal] = await once(child, "close");
  return { said: said.trim(), signal };
}

test("F1: killed in the middle of saving a decision, nothing of it happened", async () => {
  const dir = await aFolder();
  const { signal } = await elsewhere(
    dir,
    `await store.addEvent("1#1", { type: "pull_ready" }, 1_000);
     const { seq } = await store.nextEvent("1#1");
     const state = { id: "k3f9", phase: "queued", issue: { repositoryId: 1, installationId: 1 }, branch: null, pull: null, head: null, attempts: [] };
     const fatal = { type: "read_claim", toJSON() { process.kill(process.pid, "SIGKILL"); } };
     await store.commit({ seq, issueKey: "1#1", state, effects: [{ type: "write_status" }, fatal], drop: [], now: 1_000 });`,
  );
  expect(signal).toBe("SIGKILL");
  const store = sqliteStore(dir);
  expect(await store.load("1#1")).toBe(null);
  expect(await store.pendingEffects("1#1")).toEqual([]);
  expect((await store.nextEvent("1#1"))?.event).toEqual({ type: "pull_ready" });
  await store.close();
});

test("F9: after a kill the main file is older than its log, and what counts is both together", async () => {
  const dir = await aFolder();
  await elsewhere(
    dir,
    `await store.putArtifact("once", { issueKey: "1#1", loop: "k", at: 1 });
     await store.addEvent("1#1", { type: "pull_ready" }, 1_000);
     process.kill(process.pid, "SIGKILL");`,
  );
  expect((await stat(join(dir, "loopgate.sqlite-wal"))).size).toBeGreaterThan(0);
  const stale = join(dir, "stale");
  await mkdir(stale);
  await copyFile(join(dir, "loopgate.sqlite"), join(stale, "loopgate.sqlite"));
  const alone = sqliteStore(stale);
  expect(await alone.nextEvent("1#1")).toBe(null);
  await alone.close();
  const store = sqliteStore(dir);
  expect((await store.nextEvent("1#1"))?.event).toEqual({ type: "pull_ready" });
  await store.close();
});

/** Lets every flush to the disk fail while a file is there. */
const failingFlush = `
  #include <errno.h>
  #include <stdlib.h>
  #include <unistd.h>
  static int gone(void) { if (access(getenv("FLUSH_FAILS"), F_OK)) return 0; errno = EIO; return -1; }
  int fsync(int fd) { (void)fd; return gone(); }
  int fdatasync(int fd) { (void)fd; return gone(); }
`;

test("F6: a delivery that the disk did not take is refused, is not there, and may come again", async ({ skip }) => {
  const dir = await aFolder();
  const library = await aShim(dir, failingFlush);
  if (library === null) return skip("there is no C compiler to make the disk fail with");
  const flag = join(dir, "flag");
  const { said } = await elsewhere(
    dir,
    `import { writeFileSync, rmSync } from "node:fs";
     const one = { guid: "g1", bodySha256: "b1".repeat(32), receivedAt: 1_000, origin: {},
       translated: { kind: "event", repositoryId: 1, route: { issue: 1 }, events: [{ type: "labelled" }] } };
     writeFileSync(${JSON.stringify(flag)}, "");
     const failed = await store.acceptDelivery(one).catch((error) => error);
     console.log(failed.name, failed.kind, failed.retry);
     rmSync(${JSON.stringify(flag)});
     console.log(await store.nextEvent("1#1"));
     console.log((await store.acceptDelivery(one)).join());
     process.kill(process.pid, "SIGKILL");`,
    { LD_PRELOAD: library, FLUSH_FAILS: flag },
  );
  expect(said).toBe("Fault engine later\nnull\n1#1");
  const store = sqliteStore(dir);
  expect((await store.nextEvent("1#1"))?.event.type).toBe("labelled");
  await store.close();
});

test("F4: killed after an effect, and three times more while it recovers, it recovers with nothing lost or doubled", async () => {
  const { forge, repository, start, openIssue } = await aKillableApp();
  let app = await start();
  const issue = openIssue();
  const own = (kind: string) => issue.comments.filter(({ body }) => body.includes(`<!-- loopgate:${kind} `)).length;
  const kills: string[] = [];
  const killAt = (count: number, isMeant: (request: { method: string; path: string }) => boolean) => {
    let left = count;
    const matcher = (request: { method: string; path: string }) => {
      if (!isMeant(request) || --left > 0) return false;
      kills.push(`${request.method} ${request.path}`);
      app.kill("SIGKILL");
      return true;
    };
    forge.failNext(matcher, { status: "cut", applyEffect: true });
  };
  killAt(1, ({ method, path }) => method === "POST" && path.endsWith("/pulls"));
  forge.as("alice").label(issue, "loop");
  await until(() => kills.length === 1);
  await end(app);
  for (const request of [1, 2, 3]) {
    killAt(request, () => true);
    app = await start();
    await until(() => kills.length === request + 1);
    await end(app);
  }
  app = await start();
  const pulls = () => [...repository.issues.values()].flatMap(({ pull }) => (pull === null ? [] : [pull]));
  await until(() => pulls()[0]?.draft === false);
  const [pull] = pulls();
  if (pull !== undefined) forge.as("bob").approve(pull);
  await until(() => own("stop") > 0 && !issue.labels.some(({ name }) => name === "loop"));
  expect(kills).toHaveLength(4);
  expect(pulls()).toHaveLength(1);
  expect([own("status"), own("attempt"), own("stop")]).toEqual([1, 1, 1]);
  expect(issue.comments.at(-1)?.body).toContain("task complete");
}, 120_000);

test("F12: out of memory while a pull request is made, it is gone at once, and the next process goes on from there", async () => {
  const { forge, repository, start, openIssue } = await aKillableApp();
  const first = await start({ heapMb: 96 });
  const issue = openIssue();
  const gone = once(first, "exit");
  const isPull = ({ method, path }: { method: string; path: string }) => {
    const isMeant = method === "POST" && path.endsWith("/pulls");
    if (isMeant) first.kill("SIGUSR2");
    return isMeant;
  };
  forge.failNext(isPull, { status: "cut", applyEffect: true });
  forge.as("alice").label(issue, "loop");
  expect(await gone).toEqual([null, "SIGABRT"]);
  await start();
  const pulls = () => [...repository.issues.values()].flatMap(({ pull }) => (pull === null ? [] : [pull]));
  await until(() => pulls()[0]?.draft === false);
  const [pull] = pulls();
  if (pull !== undefined) forge.as("bob").approve(pull);
  await until(() => issue.labels.some(({ name }) => name === "loop:done"));
  expect(pulls()).toHaveLength(1);
  expect(issue.comments.filter(({ body }) => body.includes("<!-- loopgate:status "))).toHaveLength(1);
}, 120_000);

test("F13: stopped for longer than GitHub waits, it takes the delivery late, and once although it is sent again", async () => {
  const { forge, storeDir, start, openIssue } = await aKillableApp({ deliveryTimeoutMs: 300 });
  const app = await start();
  const issue = openIssue();
  await forge.idle();
  app.kill("SIGSTOP");
  forge.as("alice").label(issue, "loop");
  const labelled = () => forge.deliveries.filter(({ event, action }) => event === "issues" && action === "labeled");
  await until(() => labelled().length > 0 && !forge.pending());
  const missed = labelled()[0];
  expect(missed?.status).toBe("timed out");
  app.kill("SIGCONT");
  if (missed !== undefined) forge.redeliver(missed);
  await until(() => issue.comments.length > 0);
  await forge.idle();
  await end(app);
  expect(issue.comments.filter(({ body }) => body.includes("<!-- loopgate:status "))).toHaveLength(1);
  const db = new DatabaseSync(join(storeDir, "loopgate.sqlite"));
  onTestFinished(() => db.close());
  expect(isRemembered(db, missed?.guid ?? "")).toBe(true);
  expect(isRemembered(db, "another")).toBe(false);
}, 60_000);

test("F16: a bug in one loop's turn is logged, stops that loop in its thread, and nothing else", async () => {
  const story = await aStory();
  const broken = await story.startLoop("Broken");
  const key = `${story.repository.id}#${broken.number}`;
  await story.app().store.addEvent(key, { type: "nonsense" } as unknown as LoopEvent, story.clock.now());
  await story.app().engine.tick();
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  const told = story.log.filter(({ text }) => text === "a bug of ours stops the loop").map(({ fields }) => fields);
  expect(told).toMatchObject([{ issue: key, err: { name: "Bug" } }]);
  expect((await story.state(broken)).ending).toMatchObject({ reason: "infrastructure_error", resume: "verify" });
  expect(story.comments(broken).at(-1)).toContain("Loopgate stopped: infrastructure error");
});
