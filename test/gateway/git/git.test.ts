// How the host runs git: nothing of this machine's or a repository's configuration has a say, and nothing runs on.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitFault, isDamage } from "../../../src/gateway/git/failure.ts";
import {
  type GitBounds,
  redact,
  runGit,
  servingBounds,
  spawnGit,
  stopGit,
  tryGit,
} from "../../../src/gateway/git/git.ts";
import { until } from "../../until.ts";
import { anOrigin, git, scratch } from "./world.ts";

test("T9: a repository's own hooks, fsmonitor and transports are not used", async () => {
  const root = scratch();
  const { dir, base } = anOrigin(root);
  const marker = join(root, "ran");
  const script = join(root, "evil");
  writeFileSync(script, `#!/bin/sh\ntouch '${marker}'\n`);
  chmodSync(script, 0o755);
  mkdirSync(join(dir, "hooks"), { recursive: true });
  writeFileSync(join(dir, "hooks", "reference-transaction"), `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
  git(dir, ["config", "core.fsmonitor", script]);
  await runGit({ gitDir: dir, args: ["update-ref", "refs/heads/x", base] }, "Set a ref");
  await tryGit({ gitDir: dir, workTree: root, args: ["status"] });
  const ext = await tryGit({ args: ["ls-remote", `ext::${script}`] });
  expect(ext.stderr).toContain("transport 'ext' not allowed");
  const file = await tryGit({ args: ["ls-remote", `file://${dir}`] });
  expect(file.stderr).toContain("transport 'file' not allowed");
  expect(existsSync(marker)).toBe(false);
  git(dir, ["update-ref", "refs/heads/y", base]);
  expect(existsSync(marker)).toBe(true);
});

test("T9: the machine's configuration and environment do not reach git", async () => {
  const home = scratch();
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = From Home\n");
  const before = { ...process.env };
  Object.assign(process.env, {
    HOME: home,
    GIT_DIR: "/elsewhere",
    GIT_CONFIG_PARAMETERS: "'user.name=Env'",
    CANARY: "1",
  });
  try {
    const { dir } = anOrigin(home);
    const { stdout } = await tryGit({ gitDir: dir, args: ["config", "--show-origin", "--get-all", "user.name"] });
    expect(stdout.toString()).toBe("");
    const seen = await tryGit({ gitDir: dir, args: ["-c", "alias.e=!env", "e"] });
    expect(seen.stdout.toString()).toContain("GIT_TERMINAL_PROMPT=0");
    expect(seen.stdout.toString()).not.toMatch(/CANARY|elsewhere/);
  } finally {
    process.env = before;
  }
});

test("a call that takes too long is ended with all it started, and is a fault", async () => {
  const { dir } = anOrigin(scratch());
  const call = { gitDir: dir, args: ["-c", "alias.wait=!echo $$; sleep 600 & wait", "wait"] };
  await expect(tryGit(call, { timeoutMs: 300 })).rejects.toMatchObject({ kind: "unavailable", retry: "later" });
});

test("stopping git ends its children", async () => {
  const { dir } = anOrigin(scratch());
  const child = spawnGit({ gitDir: dir, args: ["-c", "alias.wait=!sleep 600 & echo $!; wait", "wait"] });
  const sleeper = await new Promise<number>((resolve) => child.stdout.once("data", (line) => resolve(Number(line))));
  const closed = new Promise((resolve) => child.once("close", resolve));
  stopGit(child);
  await closed;
  await until(() => hasEnded(sleeper));
});

test("too much output is a fault, or is cut where the caller asks for that", async () => {
  const { dir } = anOrigin(scratch());
  const call = { gitDir: dir, args: ["cat-file", "-p", "main^{tree}"] };
  await expect(tryGit(call, { maxOutputBytes: 10 })).rejects.toMatchObject({ kind: "refused" });
  expect((await tryGit(call, { maxOutputBytes: 10, cutOutput: true })).stdout).toHaveLength(10);
});

test("T22: a token is blotted out of whatever git prints, in both its forms", () => {
  const encoded = Buffer.from("x-access-token:tok").toString("base64");
  expect(redact(`a tok b ${encoded} c`, "tok")).toBe("a *** b *** c");
});

test.each([
  ["fatal: unable to access 'x': The requested URL returned error: 403", "forbidden", "never"],
  [
    "remote: the `acme` organization has an IP allow list enabled\nfatal: unable to access 'x': The requested URL returned error: 403",
    "unavailable",
    "later",
  ],
  ["fatal: Authentication failed for 'x'", "forbidden", "never"],
  ["fatal: could not read Username for 'x': terminal prompts disabled", "forbidden", "never"],
  ["remote: Repository not found.\nfatal: repository 'x' not found", "not_found", "never"],
  ["error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", "unavailable", "later"],
  ["fatal: unable to access 'x': Could not resolve host: github.example", "unavailable", "later"],
  ["fatal: couldn't find remote ref refs/heads/main", "not_found", "later"],
  ["error: file write error: No space left on device", "engine", "later"],
  ["fatal: unable to access 'x': The requested URL returned error: 429", "rate_limited", "later"],
  ["something new", "engine", "later"],
])("%j is a fault: %s", (stderr, kind, retry) => {
  expect(gitFault("Could not do it", stderr)).toMatchObject({ kind, retry });
});

test("damage of our own store is told from trouble with the remote", () => {
  expect(isDamage("error: object file objects/ab/cd is empty")).toBe(true);
  expect(isDamage("fatal: unable to access 'x': Could not resolve host: y")).toBe(false);
});

function hasEnded(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}

describe("git and what it starts has no more memory and time than the kernel gives it", () => {
  const filling = ["-c", "alias.fill=!head -c 200m /dev/zero | tail -n 1 | wc -c", "fill"];

  test("a process that grows past its memory fails; with more it does not", async () => {
    const small = await tryGit({ args: filling, bounds: { mebibytes: 64, cpuSeconds: 60, behind: 0 } });
    expect(small.stderr).toMatch(/memory exhausted/);
    const enough = await tryGit({ args: filling, bounds: { mebibytes: 1024, cpuSeconds: 60, behind: 0 } });
    expect([enough.stdout.toString().trim(), enough.stderr]).toEqual([String(200 * 1024 * 1024), ""]);
  });

  test("T8: one that serves a run stands back behind the App and its own errands", async () => {
    const niceness = async (bounds?: GitBounds) => {
      const call = { args: ["-c", "alias.niceness=!nice", "niceness"] };
      return Number(await runGit(bounds === undefined ? call : { ...call, bounds }, "niceness"));
    };
    const own = await niceness();
    expect(own).toBe(getPriority());
    expect(await niceness(servingBounds)).toBe(Math.min(own + 5, 19));
  });

  test("every git has bounds, and one that serves a run has narrower ones", async () => {
    const limits = async (bounds?: GitBounds) => {
      const call = { args: ["-c", "alias.limits=!cat /proc/self/limits", "limits"] };
      const said = (await runGit(bounds === undefined ? call : { ...call, bounds }, "limits")).toString();
      return ["cpu time", "data size"].map((name) => Number(new RegExp(`Max ${name} +(\\d+)`).exec(said)?.[1]));
    };
    expect(await limits()).toEqual([1200, 2048 * 1024 * 1024]);
    expect(await limits(servingBounds)).toEqual([300, 512 * 1024 * 1024]);
  });
});
