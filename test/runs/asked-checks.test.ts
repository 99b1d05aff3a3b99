// Checks that an agent asks for: what an earlier process left under the same name is never taken for what was asked.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCheckAsking } from "../../src/runs/asked-checks.ts";
import { aLoop, anAttempt } from "../loop/builder.ts";

test("begin with nothing of that name left from before a kill", async () => {
  const gitDir = mkdtempSync(join(tmpdir(), "loopgate-asked-"));
  const git = (...words: string[]) => execFileSync("git", ["-C", gitDir, ...words], { encoding: "utf8" }).trim();
  git("init", "--bare", "--quiet");
  const tree = git("hash-object", "-t", "tree", "-w", "/dev/null");
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  git("update-ref", "refs/heads/loop/12-k3f9", git(...who, "commit-tree", "-m", "a", tree));
  const seen: string[] = [];
  const parts = {
    dataDir: gitDir,
    log: { warn: () => {} },
    runtime: {
      forget: async (id: string) => void seen.push(`forget ${id}`),
      start: async () => void seen.push("start"),
    },
  };
  const setUps = {
    async make() {
      seen.push("set up");
      throw new Error("enough");
    },
  };
  const check = { name: "tests", command: "npm test", ms: 60_000 };
  const rules = { ...aLoop().rules, ownChecks: [check] };
  const loop = { ...aLoop({ attempts: [anAttempt({ number: 1 })] }), rules };
  const asking = createCheckAsking(parts as never, setUps as never);
  const checks = asking.of({ loop, run: "12-k3f9-1", quarantine: { gitDir, branch: "loop/12-k3f9" } } as never);
  await expect(checks?.run("tests")).rejects.toThrow("enough");
  expect(seen).toEqual(["forget 12-k3f9-1-asked", "set up", "forget 12-k3f9-1-asked"]);
});
