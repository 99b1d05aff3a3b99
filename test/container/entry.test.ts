// The entry script by itself: its go, and the agent's exit code whatever the moment of a signal.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ENTRY = readFileSync(new URL("../../src/container/entry.sh", import.meta.url), "utf8");

function startEntry(agent: string, more: NodeJS.ProcessEnv = {}): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return spawn("/bin/sh", ["-c", ENTRY, "loopgate", "/bin/sh", "-c", agent], {
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env.PATH,
      HOME: join(folder, "home"),
      TMPDIR: folder,
      LOOP_WORKSPACE: folder,
      LOOP_ROLE: "check",
      LOOP_ATTEMPT: "1",
      ...more,
    },
  });
}

test.each([
  ["the run's own clock", { LOOP_SECONDS: "600" }, 600_000],
  ["what the App says, where nothing tells how long", {}, Number.NaN],
])("the deadline is by %s", async (_, more, ms) => {
  const entry = startEntry('echo "$LOOP_DEADLINE"', { LOOP_DEADLINE: "2026-01-05T12:00:00Z", ...more });
  let said = "";
  entry.stdout?.on("data", (chunk) => (said += chunk));
  entry.stdin?.end("go\n");
  await once(entry, "close");
  if (Number.isNaN(ms)) expect(said).toBe("2026-01-05T12:00:00Z\n");
  else expect(Math.abs(Date.parse(said.trim()) - Date.now() - ms)).toBeLessThan(10_000);
});

test.each(["", "gone\n", "stop\n"])("without its go, but %j instead, the agent is not started", async (word) => {
  const entry = startEntry("echo started");
  let said = "";
  entry.stdout?.on("data", (chunk) => (said += chunk));
  entry.stdin?.end(word);
  expect(await once(entry, "close")).toEqual([97, null]);
  expect(said).toBe("");
});

test("the agent's own exit code is told, whichever of the two SIGTERM reaches first", async () => {
  const codes: number[] = [];
  for (let round = 0; round < 40; round++) {
    const entry = startEntry('trap "exit 7" TERM; echo up; while :; do sleep 0.01; done');
    entry.stdin?.write("go\n");
    await once(entry.stdout as NonNullable<typeof entry.stdout>, "data");
    process.kill(-(entry.pid as number), "SIGTERM");
    const [code] = await once(entry, "exit");
    codes.push(code);
  }
  expect(codes).toEqual(Array(40).fill(7));
});

test("an agent that cannot be found ends with 127", async () => {
  const entry = startEntry("/no/such/program");
  entry.stdin?.write("go\n");
  expect(await once(entry, "exit")).toEqual([127, null]);
});

const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();

/** An executor's entry in a repository of its own, whose gateway is the bare repository of the address. */
function startExecutor(agent: string, prepare = (_gateway: string) => {}): { entry: ChildProcess; gateway: string } {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const [workspace, gateway] = [join(folder, "workspace"), join(folder, "gateway.git")];
  git("init", "--quiet", workspace);
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  git("-C", workspace, ...who, "commit", "--quiet", "--allow-empty", "--message", "base");
  const names = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.org" };
  const committer = { GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.org" };
  mkdirSync(join(folder, "out"));
  prepare(gateway);
  const entry = spawn("/bin/sh", ["-c", ENTRY, "loopgate", "/bin/sh", "-c", agent], {
    stdio: ["pipe", "ignore", "pipe"],
    env: {
      ...{ PATH: process.env.PATH, HOME: join(folder, "home"), TMPDIR: folder, LOOP_ROLE: "executor" },
      ...{ LOOP_WORKSPACE: workspace, LOOP_ATTEMPT: "1", LOOP_BRANCH: "loop/1-a", LOOP_GIT_URL: gateway },
      LOOP_DIR: folder,
      ...names,
      ...committer,
    },
  });
  entry.stdin?.write("go\n");
  return { entry, gateway };
}

test("F3: work that finds the gateway away is handed in when it is back", async () => {
  const { entry, gateway } = startExecutor("echo work > file");
  const exit = once(entry, "exit");
  await once(entry.stderr as NonNullable<typeof entry.stderr>, "data"); // the first push failed
  git("init", "--quiet", "--bare", gateway);
  expect(await exit).toEqual([0, null]);
  expect(git("-C", gateway, "show", "loop/1-a:file")).toBe("work");
});

test("a push that the gateway refuses is tried once more, in case it was only away, and then no further", async () => {
  const { entry, gateway } = startExecutor("echo work > file; exit 3", (place) => {
    git("init", "--quiet", "--bare", place);
    const hook = '#!/bin/sh\necho once >> "$GIT_DIR/tries"\nexit 1\n';
    writeFileSync(join(place, "hooks", "pre-receive"), hook, { mode: 0o755 });
  });
  let said = "";
  entry.stderr?.on("data", (chunk) => (said += chunk));
  expect(await once(entry, "close")).toEqual([3, null]);
  expect(said).toContain("loopgate: the push of loop/1-a failed");
  expect(readFileSync(join(gateway, "tries"), "utf8")).toBe("once\nonce\n");
});

const long =
  "Sort the list by date, the newest first, and keep the order of entries that have the same date as before.";
const fallback = "Attempt 1: what the agent left uncommitted";

test.each<[string, unknown, string]>([
  ["a summary", { confidence: 0.9, summary: "Sort by date." }, "Sort by date"],
  ["quotes and slashes in it", { summary: 'Call it "a" or b' }, 'Call it "a" or b'],
  ["only its first line", { summary: "Sort by date\nand more" }, "Sort by date"],
  ["other scripts", { summary: "Größe – 日付で並べ替え" }, "Größe – 日付で並べ替え"],
  [
    "whole words of a long one",
    { summary: long },
    "Sort the list by date, the newest first, and keep the order of entries",
  ],
  ["one that would close an issue", { summary: "Fixes #5" }, fallback],
  ["one that would close an issue by its address", { summary: "fixes https://github.com/a/b/issues/5" }, fallback],
  ["one that would skip CI", { summary: "Sort [skip ci]" }, fallback],
  ["one that calls a person", { summary: "Sort, says @alice" }, fallback],
  ["a backslash", { summary: "a\\b" }, fallback],
  ["none", { confidence: 1 }, fallback],
  ["an empty one", { summary: " " }, fallback],
  ["one that is no text", { summary: 5, question: null }, fallback],
  ["one after a text that speaks of it", { question: 'what is "summary": here', summary: "Sort" }, "Sort"],
])("what an agent left is committed under its own summary: %s", async (_, answer, title) => {
  const { entry, gateway } = startExecutor(
    `echo work > file; printf '%s' "$ANSWER" > "$LOOP_DIR/out/result.json"`.replace(
      "$ANSWER",
      JSON.stringify(answer, null, 1).replaceAll(/["\\$`]/g, "\\$&"),
    ),
    (place) => git("init", "--quiet", "--bare", place),
  );
  await once(entry, "close");
  expect(git("-C", gateway, "log", "-1", "--format=%s", "loop/1-a")).toBe(title);
});

test("an answer that is cut off, or is none, names no commit", async () => {
  for (const text of ['{"summary":"Sort by', "", '"summary"', "summary: Sort"]) {
    const agent = `echo work > file; printf '%s' '${text}' > "$LOOP_DIR/out/result.json"`;
    const { entry, gateway } = startExecutor(agent, (place) => git("init", "--quiet", "--bare", place));
    await once(entry, "close");
    expect(git("-C", gateway, "log", "-1", "--format=%s", "loop/1-a"), text).toBe(fallback);
  }
});

/** A gateway's folder in which what stands for the question at `/handover` is a repository, or nothing. */
function answersHandover(gateway: string) {
  git("init", "--quiet", "--bare", gateway);
  git("init", "--quiet", "--bare", join(gateway, "handover"));
}

const countsAndFails = 'echo once >>"$LOOP_DIR/runs"; [ "$(grep -c . "$LOOP_DIR/runs")" -gt 1 ] || exit 3';

test.each([
  [
    "fails is started once more where the gateway says so, and the run ends as its work did",
    countsAndFails,
    true,
    3,
    2,
  ],
  ["fails is not started again where it says no", countsAndFails, false, 3, 1],
  ["ends well is not started again, whatever the gateway says", 'echo once >>"$LOOP_DIR/runs"', true, 0, 1],
])("an agent that %s", async (_, agent, says, code, times) => {
  let folder = "";
  const { entry } = startExecutor(agent, (gateway) => {
    folder = join(gateway, "..");
    if (says) answersHandover(gateway);
    else git("init", "--quiet", "--bare", gateway);
  });
  entry.stdin?.end("go\n");
  expect(await once(entry, "exit")).toEqual([code, null]);
  expect(readFileSync(join(folder, "runs"), "utf8")).toBe("once\n".repeat(times));
});
