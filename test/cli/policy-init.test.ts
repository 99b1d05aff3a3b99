// `loopgate policy init` in a repository: it writes what a claim accepts, asks on a terminal alone, and writes over nothing.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { initPolicy } from "../../src/cli/policy-init.ts";
import { runProgram } from "../../src/cli/program.ts";

function repository(files: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "loopgate-init-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  execFileSync("git", ["init", "-q", dir]);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

function terminal() {
  const said = { out: "", err: "" };
  const add = (to: "out" | "err") => (text: string) => {
    said[to] += text;
  };
  return { said, terminal: { env: {}, out: add("out"), err: add("err") } };
}

async function program(...argv: string[]) {
  const { said, terminal: here } = terminal();
  return { code: await runProgram(["policy", ...argv], here), ...said };
}

const policyIn = (dir: string) => join(dir, ".github/loop.yml");

test("without a terminal it writes what the files and options say, and `policy check` accepts it", async () => {
  const dir = repository({
    "package.json": '{"scripts":{"test":"t"}}',
    "package-lock.json": "",
    ".gitignore": "go.mod\n",
    "go.mod": "",
  });
  const written = await program("init", "--repo", dir, "--agent-kind", "codex", "--model", "m", "--image", "i");
  expect(written).toMatchObject({ code: 0, err: "" });
  expect(written.out).toContain("Found `package-lock.json`.\nFound the script `test` in `package.json`.");
  expect(readFileSync(policyIn(dir), "utf8")).toMatch(/setup:\n {4}- npm ci\n[\s\S]*command: npm test/);
  expect(await program("check", policyIn(dir))).toMatchObject({ code: 0 });
});

test("a policy that is there is not written over without --force", async () => {
  const dir = repository({ ".github/loop.yml": "attempts: 7\n" });
  const refused = await program("init", "--repo", dir);
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toContain("is there already");
  expect(readFileSync(policyIn(dir), "utf8")).toBe("attempts: 7\n");
  expect(await program("init", "--repo", dir, "--force", "--usd", "3")).toMatchObject({ code: 0 });
  expect(readFileSync(policyIn(dir), "utf8")).toContain("usd: 3");
});

test("--print writes nothing", async () => {
  const dir = repository();
  expect((await program("init", "--repo", dir, "--print", "--approvals", "2")).out).toContain("approvals: 2");
  expect(existsSync(policyIn(dir))).toBe(false);
});

test.each([
  [["--agent-kind", "codex"], 1, /codex needs to know which model it calls/],
  [["--agent-kind", "clawd"], 1, /`agent.kind` must be one of/],
  [["--approvals", "9"], 1, /`gate.approvals` must be a whole number from 0 to 6/],
  [["--usd", "much"], 2, /must be a number in plain digits/],
])("%j is refused, and nothing is written", async (given, code, why) => {
  const dir = repository();
  const refused = await program("init", "--repo", dir, ...given);
  expect(refused.code).toBe(code);
  expect(refused.err).toMatch(why);
  expect(existsSync(policyIn(dir))).toBe(false);
});

test("a folder that is no repository is refused", async () => {
  const dir = mkdtempSync(join(tmpdir(), "loopgate-init-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  expect((await program("init", "--repo", dir)).err).toContain("is not a git repository");
});

test("a file that is a link elsewhere is not read", async () => {
  const dir = repository({ "../stray.json": '{"scripts":{"test":"t"}}' });
  onTestFinished(() => rmSync(join(dir, "../stray.json")));
  symlinkSync("../stray.json", join(dir, "package.json"));
  expect((await program("init", "--repo", dir, "--print")).out).not.toContain("npm test");
});

test("on a terminal it asks what was not given, each until the answer makes a policy", async () => {
  const dir = repository();
  const { said, terminal: here } = terminal();
  const answers = ["clawd", "claude-code", "", "a-model", "0", "7", "", "@alice, bob"];
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return answers.shift() ?? "";
  };
  const options = { repo: dir, given: { image: "i" }, print: false, force: false, ask };
  expect(await initPolicy(options, here)).toBe(0);
  expect(answers).toEqual([]);
  expect(asked.filter((question) => question.includes("image"))).toEqual([]);
  expect(said.err.match(/^That cannot be: .*$/gm)).toHaveLength(3);
  const text = readFileSync(policyIn(dir), "utf8");
  expect(text).toMatch(
    /kind: claude-code\n[\s\S]*model: a-model\n[\s\S]*image: i\n[\s\S]*usd: 7\n[\s\S]*- alice\n {4}- bob\n/,
  );
  expect(text).not.toContain("approvals:");
});
