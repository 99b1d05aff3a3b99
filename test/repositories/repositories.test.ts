// Loops on real repositories: label, set-up through the registry's door, an agent that runs their own tests, green, and no network anywhere.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { assert } from "../../src/base/assert.ts";
import type { Summary } from "../../src/cli/demo-summary.ts";
import { commitAll, run, writeFiles } from "./sources.ts";
import { repositories } from "./table.ts";

const wanted = process.env.LOOPGATE_TEST_REPOSITORIES ?? "";

test.each(repositories.filter(({ kind }) => kind.includes(wanted)))("$kind goes from label to green", async (one) => {
  const missing = one.lacks();
  if (missing !== null) throw new Error(`This machine cannot have it: ${missing}.`);
  const folder = mkdtempSync(join(tmpdir(), "loopgate-real-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const repo = join(folder, "repository");
  one.make(repo);
  writeFiles(repo, { ".github/loop.yml": one.policy });
  commitAll(repo);
  writeFiles(folder, { "issue.md": "# Say that the tests pass\n\nRun them, then say so at the end of README.md.\n" });
  const agent = `set -e; ${one.tests}; echo 'The tests pass.' >> README.md`;
  const summary = await demo(folder, repo, agent);
  expect({ reason: summary.reason, detail: summary.detail }).toEqual({
    reason: "task_complete",
    detail: expect.anything(),
  });
  expect(summary.attempts.map(({ verdict, change }) => ({ verdict, files: change?.files }))).toEqual([
    { verdict: "green", files: 1 },
  ]);
  const runs = summary.attempts.flatMap((attempt) => attempt.runs);
  expect(new Set(runs.map(({ role }) => role))).toEqual(new Set(["set_up", "executor", "check", "reviewer"]));
  for (const { container } of runs) {
    expect(container).toMatchObject({ runtime: "docker", network: "none", isolated: true, readonlyRoot: true });
    expect(container.networks).toEqual(["none"]);
  }
});

/** Runs the demo as a person does, and resolves to its summary. What it says goes to a file beside the repository. */
async function demo(folder: string, repo: string, agent: string): Promise<Summary> {
  const json = join(folder, "summary.json");
  const args = ["--auto", "--json", json, "--runtime", "docker", "--repo", repo, "--issue", join(folder, "issue.md")];
  const program = [
    "src/main.ts",
    "demo",
    ...args,
    "--check",
    "git diff --check HEAD~1",
    "--agent",
    agent,
    "--timeout",
    "35",
  ];
  const registry = run(folder, "npm", ["config", "get", "registry"]).trim();
  const said = join(process.env.LOOPGATE_TEST_REPOSITORIES_LOGS ?? folder, "demo.log");
  const env = { ...process.env, LOOPGATE_REGISTRY_NPM: registry };
  const child = spawn(process.execPath, program, { env, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(said);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const code = await new Promise<number | null>((resolve) => void child.on("close", resolve));
  await new Promise((resolve) => log.end(resolve));
  const text = readFileSync(said, "utf8");
  const summary = existsSync(json) ? (JSON.parse(readFileSync(json, "utf8")) as Summary) : null;
  expect(code, `${text.slice(-4000)}\n${summary?.thread.slice(-6000)}`).toBe(0);
  assert(summary !== null, "a demo that ended well has written its summary");
  return summary;
}
