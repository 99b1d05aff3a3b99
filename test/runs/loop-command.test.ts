// The command `loop` through a real shell and a real git: what it sends, what it prints, and how it ends.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { newLeaseToken } from "../../src/gateway/lease.ts";
import { withLoopCommand } from "../../src/runs/loop-command.ts";
import { relayTo, scratch } from "../gateway/git/world.ts";
import { aToolDoor } from "../gateway/tools/world.ts";

const run = promisify(execFile);

/** What a line of `sh` prints where an agent's command stands, and how it ends. */
async function inRun(line: string, given: { token?: string } = {}) {
  const door = await aToolDoor({ issue: "First line.\n\n  Größe: 2 remote: x" });
  const host = await relayTo(door.socketPath);
  const url = `http://lease:${given.token ?? door.token}@${host}/repo.git`;
  const env = { PATH: process.env.PATH, HOME: scratch(), LOOP_GIT_URL: url, GIT_CONFIG_GLOBAL: "/dev/null" };
  const ended = await run("/bin/sh", ["-c", withLoopCommand(line)], { env }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
  return { ...ended, told: door.tools.used().told, calls: door.tools.used().calls, token: door.token };
}

test("says words as they are, line breaks but for a space, and prints what it was told", async () => {
  const odd = 'it\'s "done"; $HOME `x` \\ ä%41';
  const { told, stdout } = await inRun(`loop progress '${odd.replaceAll("'", "'\\''")}' "and
more" && loop uncertainty 0.4 "the empty list" && loop finish All of it. && loop read_issue`);
  expect(told).toEqual({
    progress: `${odd} and more`,
    confidence: 0.4,
    assumptions: ["the empty list"],
    summary: "All of it.",
  });
  expect(stdout).toMatch(
    /^Noted\.\nNoted\.\nNoted\. End now\.\n=== begin data [0-9a-f]+: the issue ===\nFirst line\.\n\n {2}Größe: 2 remote: x\n/,
  );
});

test.each([
  ["a tool that is not there", "loop merge", "There is no such tool."],
  ["no tool at all", "loop", "There is no such tool."],
  ["a doubt that is no number", "loop uncertainty high", "confidence"],
  ["nothing said", "loop progress", "text"],
])("%s is refused in words, and the command fails", async (_, line, words) => {
  const { code, stdout, calls } = await inRun(line);
  expect([code, stdout]).toEqual([1, expect.stringContaining(words)]);
  expect(calls).toMatchObject([{ calls: 1, refused: 1 }]);
});

test("T5: without the lease nothing is called, and the command says that nobody answered", async () => {
  const { code, stdout, stderr, calls } = await inRun("loop progress Done.", { token: newLeaseToken() });
  expect({ code, stdout, calls }).toEqual({ code: 1, stdout: "", calls: [] });
  expect(stderr).toContain("did not answer: This is not the lease of this run.");
});

test("an agent starts all the same where the command cannot be written", async () => {
  const env = { PATH: process.env.PATH, HOME: "/dev/null" };
  const { stdout } = await run("/bin/sh", ["-c", withLoopCommand("echo started")], { env });
  expect(stdout).toBe("started\n");
});
