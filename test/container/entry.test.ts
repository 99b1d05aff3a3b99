// The entry script by itself: its go, and the agent's exit code whatever the moment of a signal.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ENTRY = readFileSync(new URL("../../src/container/entry.sh", import.meta.url), "utf8");

function startEntry(agent: string): ChildProcess {
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
    },
  });
}

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
