// What the demo refuses before it starts anything.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoAgentOf } from "../../src/cli/demo-agent.ts";
import { demoOptions } from "../../src/cli/demo-options.ts";
import { readDemoWork, readIssue } from "../../src/cli/demo-work.ts";
import { ask } from "./command.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "loopgate-options-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** A repository with one commit that holds these files. */
function repository(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(dir, name);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", "-C", path, ...args], { stdio: "pipe" });
  mkdirSync(join(path, ".github"), { recursive: true });
  git("init", "--quiet", "--initial-branch=trunk");
  for (const [each, text] of Object.entries(files)) writeFileSync(join(path, each), text);
  git("add", "--all");
  git("commit", "--quiet", "--message", "Start");
  return path;
}

describe("the command line", () => {
  test.each<[string[], string]>([
    [["--repo", "."], "--repo needs --issue and --check and --agent as well"],
    [["--repo", ".", "--issue", "a.md", "--check", "true"], "--repo needs --agent as well"],
    [["--check-outside"], "--check-outside belongs to --repo."],
    [["--check", "true"], "--issue and --check belong to --repo"],
    [["--port", "70000"], "It must be a whole number from 0 to 65535."],
    [["--runtime", "vm"], "It must be docker or process."],
    [["--agent-kind", "clawd"], "It must be one of claude-code, codex, gemini, opencode, qwen, pi."],
    [["--agent-kind", "codex"], "--agent-kind codex needs --model as well: the model that it calls."],
    [["--agent-kind", "codex", "--model", "m", "--agent", "true"], "--agent and --agent-kind are two agents"],
    [["--agent-kind", "codex", "--model", "m", "--scenario", "plan"], "leave out --repo, --agent and --agent-kind"],
    [["--agent-kind", "codex", "--model", "m", "--repo", "."], "--repo needs --issue and --check as well"],
    [["--key-env", "KEY", "--model", "m"], "--model and --key-env belong to --agent-kind"],
    [["--agent-kind", "codex", "--model", "m", "--model-url", "ftp://a/"], "It must be an address such as"],
    [["--agent-kind", "codex", "--model", "m", "--key-env", "NOT_SET"], "--key-env NOT_SET: that variable is not set"],
    [["--agent-kind", "codex", "--model", "m"], "codex needs a key: name the variable that holds it with --key-env."],
    [["--timeout", "0"], "It must be a whole number from 1 to 1440."],
  ])("%j ends with 2: %s", async (args, why) => {
    const { code, out, err } = await ask(["demo", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
  });

  test("gives an own repository more time than the demo's", () => {
    const own = { repo: ".", issue: "a.md", check: "true", agent: "true" };
    expect(demoOptions({}).timeoutMinutes).toBe(10);
    expect(demoOptions(own).timeoutMinutes).toBe(120);
    expect(demoOptions({ ...own, timeout: 5 }).timeoutMinutes).toBe(5);
  });
});

describe("a real agent", () => {
  const codex = { kind: "codex", model: "gpt-5", keyEnv: "MY_KEY", modelUrl: null } as const;
  const env = { MY_KEY: "k".repeat(40), OTHER: "o" };

  test("has the key from the variable that was named, and nothing else of the environment", () => {
    const { settings, told, tools } = demoAgentOf(codex, env);
    expect(settings).toEqual({ LOOPGATE_OPENAI_KEY: env.MY_KEY });
    expect(told).toMatch(
      /^codex works with gpt-5 at https:\/\/api\.openai\.com\/v1; its key stays in this process; priced by /,
    );
    expect([told.includes(env.MY_KEY), tools]).toEqual([false, null]);
    expect(demoAgentOf({ ...codex, keyEnv: null }, { LOOPGATE_OPENAI_KEY: "a-key" }).settings).toEqual({
      LOOPGATE_OPENAI_KEY: "a-key",
    });
  });

  test("calls a server on this machine without a key and without a price", () => {
    const local = { ...codex, keyEnv: null, modelUrl: "http://localhost:8080/v1" };
    const { settings, told } = demoAgentOf(local, {});
    expect(JSON.parse(settings.LOOPGATE_PRICES ?? "")).toEqual({ "openai/*": { input: 0, output: 0 } });
    expect(told).toBe("codex works with gpt-5 at http://localhost:8080/v1; what it answers is taken to cost nothing");
  });

  test.each([
    ["a model that nobody knows", { ...codex, model: "gpt-5-somebodys-own" }],
    ["a server elsewhere", { ...codex, modelUrl: "https://models.example.com/v1" }],
    ["a name that only looks like this machine's", { ...codex, modelUrl: "https://127.0.0.1.example.com/v1" }],
  ])("is refused without a price: %s", (_, choice) => {
    expect(() => demoAgentOf(choice, env)).toThrow(
      /an unknown price is refused: set LOOPGATE_PRICES, as in LOOPGATE_PRICES='/,
    );
    const priced = { ...env, LOOPGATE_PRICES: '{"openai/*":{"input":1,"output":2}}' };
    expect(demoAgentOf(choice, priced).told).toContain("priced by the operator's own price");
  });

  test("reviews its own change where no reviewer is named, and no command of the demo's runs beside it", async () => {
    const named = { agentKind: "codex", model: "gpt-5", keyEnv: "MY_KEY" };
    const alone = await readDemoWork(demoOptions(named));
    expect([alone.agent, alone.reviewer]).toEqual([
      { command: "", scripted: false },
      { command: "", scripted: false },
    ]);
    const judged = await readDemoWork(demoOptions({ ...named, reviewer: "judge" }));
    expect(judged.reviewer).toEqual({ command: "judge", scripted: false });
  });
});

describe("what cannot work ends with 1 before anything is started", () => {
  const own = (repo: string, issue: string) => ["--repo", repo, "--issue", issue, "--check", "true", "--agent", "true"];

  test("an agent of one's own without a container", async () => {
    const { code, out, err } = await ask(["demo", "--auto", "--runtime", "process", "--agent", "true"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("Only the demo's own scripts may run without a container");
  });

  test("a reviewer of one's own without a container", async () => {
    const { code, err } = await ask(["demo", "--auto", "--runtime", "process", "--reviewer", "true"]);
    expect(code).toBe(1);
    expect(err).toContain("Only the demo's own scripts may run without a container");
  });

  test("an engine that was named and does not answer is never replaced by something less", async () => {
    const { code, out, err } = await ask(["demo", "--auto"], { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("No container engine answered at DOCKER_HOST (unix:///nowhere/docker.sock).");
  });

  test.each<[string, () => string[], RegExp]>([
    ["a folder that is not there", () => own("/nowhere/at/all", "x.md"), /\/nowhere\/at\/all is not a folder/],
    ["a folder without a repository", () => own(dir, "x.md"), /is not a git repository with a commit/],
    [
      "a missing issue",
      () => own(repository("one", { "a.txt": "" }), join(dir, "none.md")),
      /read the issue from .*none\.md/,
    ],
    [
      "an issue without a heading",
      () => own(repository("two", { "a.txt": "" }), file("flat.md", "Just text.\n")),
      /flat\.md has no heading/,
    ],
    [
      "a summary that cannot be written",
      () => ["--json", "/nowhere/out.json"],
      /\/nowhere\/out\.json cannot be written/,
    ],
  ])("%s", async (_, args, why) => {
    const { code, out, err } = await ask(["demo", "--auto", ...args()]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(why);
  });
});

describe("an issue file", () => {
  test.each([
    ["# Sort by date\n\nNewest first.\n", { title: "Sort by date", body: "Newest first." }],
    [
      "Preface\n\n## Sort by date ##\nNewest first.\n\n## Why\nBecause.",
      { title: "Sort by date", body: "Newest first.\n\n## Why\nBecause." },
    ],
    ["# Only a title", { title: "Only a title", body: "" }],
  ])("%j", async (text, issue) => {
    expect(await readIssue(file("issue.md", text))).toEqual(issue);
  });
});

describe("an own repository", () => {
  const work = (repo: string) =>
    readDemoWork(
      demoOptions({ repo, issue: file("sort.md", "# Sort\n"), check: "sh test.sh", agent: "fix", reviewer: "judge" }),
    );

  test("is copied from its folder, judged by the given check, worked on by the given agents", async () => {
    const repo = repository("my project!", { "a.txt": "" });
    expect(await work(repo)).toEqual({
      repository: { owner: "local", name: "my-project-" },
      source: { fromDir: repo, defaultBranch: "trunk" },
      labels: [],
      cron: null,
      issue: { title: "Sort", body: "" },
      ci: { command: "sh test.sh", name: "test" },
      agent: { command: "fix", scripted: false },
      reviewer: { command: "judge", scripted: false },
      notes: [],
    });
  });

  test("reports its check under the name that its policy requires", async () => {
    const repo = repository("named", { ".github/loop.yml": "checks:\n  required: [build, lint]\n" });
    const { ci, notes } = await work(repo);
    expect(ci.name).toBe("build");
    expect(notes).toEqual(["The policy requires 2 checks; the CI here reports only build."]);
  });

  test("is told about when its policy names another agent, or is invalid", async () => {
    const other = repository("other", { ".github/loop.yml": "agent:\n  command: mine\n" });
    expect((await work(other)).notes).toEqual([expect.stringContaining("which runs instead of --agent")]);
    const broken = repository("broken", { ".github/loop.yml": "attempts: many\n" });
    expect((await work(broken)).notes).toEqual([expect.stringContaining(".github/loop.yml is invalid (line 1")]);
  });
});
