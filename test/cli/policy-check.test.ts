// `loopgate policy check` refuses what the claim refuses.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";

async function check(content: string | Buffer, env: Readonly<Record<string, string>> = {}, name = "loop.yml") {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), content);
  return run(["policy", "check", join(folder, name)], env);
}

async function run(args: string[], env: Readonly<Record<string, string>> = {}) {
  const said = { out: "", err: "" };
  const code = await runProgram(args, {
    env,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

test.each<[string, string | Buffer, Readonly<Record<string, string>>, string, RegExp]>([
  ["a known agent without a model", "agent: {kind: codex, image: i}", {}, "loop.yml", /`agent.model` is missing/],
  ["a known reviewer without a model", "reviewer: {kind: codex}", {}, "loop.yml", /`reviewer.model` is missing/],
  ["UTF-16", Buffer.from("\ufeffversion: 1\n", "utf16le"), {}, "loop.yml", /not text in UTF-8/],
  ...["loop.yaml", "Loop.yml", ".loop.yml", "loop-gate.yml", "loopgate.yaml", "loop.yml.txt"].map(
    (name): [string, string, Readonly<Record<string, string>>, string, RegExp] => [
      `the name ${name}`,
      "version: 1",
      {},
      name,
      /never read: the policy is `.github\/loop.yml`/,
    ],
  ),
  [
    "no command, with an operator who has no default",
    "agent: {image: i}",
    { LOOPGATE_MAX_ATTEMPTS: "5" },
    "loop.yml",
    /`agent.command` is missing/,
  ],
])("%s is refused", async (_, content, env, name, why) => {
  const { code, out, err } = await check(content, env, name);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(why);
});

test("what the repository's own files say of the environment is said, and a Compose file that cannot be used is refused", async () => {
  const root = mkdtempSync(join(tmpdir(), "loopgate-policy-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, ".github", "workflows"), { recursive: true });
  const policy = join(root, ".github", "loop.yml");
  const steps = "jobs: { copilot-setup-steps: { steps: [{ run: npm ci }, { uses: a/b@v1 }] } }";
  writeFileSync(policy, "agent: { command: x }\n");
  writeFileSync(join(root, ".devcontainer.json"), '{ "image": "x", "privileged": true }');
  writeFileSync(join(root, ".github", "workflows", "copilot-setup-steps.yml"), steps);
  const { code, out } = await run(["policy", "check", policy]);
  expect(code).toBe(0);
  expect(out).toContain(
    "The environment is from `.github/workflows/copilot-setup-steps.yml`, without `a/b@v1` (is an action, which is not run here). Not used for the environment: `.devcontainer.json`, since it has `privileged`.",
  );
  writeFileSync(policy, "environment: { services: { db: { compose: compose.yaml } } }\n");
  const refused = await run(["policy", "check", policy]);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("`compose.yaml` is not there") });
});

test.each([".github/loop.yaml", ".github/loopgate.yml", "loop.yml", ".loopgate.yml"])(
  "a valid policy is refused while %s lies beside it, as at a claim",
  async (other) => {
    const root = mkdtempSync(join(tmpdir(), "loopgate-policy-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    mkdirSync(join(root, ".github"));
    const policy = join(root, ".github", "loop.yml");
    writeFileSync(policy, "agent: {command: a, image: i}\n");
    expect((await run(["policy", "check", policy])).code).toBe(0);
    writeFileSync(join(root, other), "version: 1\n");
    const refused = await run(["policy", "check", policy]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`the repository has \`${other}\` as well: remove what is not meant`);
  },
);

test("a loop contract is imported, and what has no option is named beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "contract.yml");
  writeFileSync(file, "objective: tidy\nbudget: {max_retries: 1}\n");
  const { code, out, err } = await run(["policy", "import", file]);
  expect({ code, err }).toEqual({
    code: 0,
    err: "Not taken over: objective: the issue itself says what to do\n",
  });
  expect(out).toContain("# From `budget.max_retries`.\nattempts: 2\n");
  expect((await run(["policy", "import", join(folder, "none.yml")])).code).toBe(1);
});

test("what only an operator's settings decide is noted where they are not known", async () => {
  const merging = await check("agent: {image: i}\ngate: {merge: true}");
  expect(merging).toMatchObject({ code: 0, err: "" });
  expect(merging.out).toContain("With the settings' defaults it is not: line 2: `gate.merge` is true");
  expect(merging.out).toContain("It needs the operator's default for `agent.command`.");
  expect((await check("agent: {command: a, image: i}", { LOOPGATE_MAX_ATTEMPTS: "5" })).out).toContain(
    "It is within the bounds of the operator's settings here.",
  );
  const past = await check("agent: {command: a, image: i}\nattempts: 9", { LOOPGATE_MAX_ATTEMPTS: "5" });
  expect(past).toMatchObject({ code: 0, err: "" });
  expect(past.out).toContain("is held to them: line 2: `attempts` is 9, but this App's operator allows at most 5.");
});

test("a folder is refused with the file that is meant", async () => {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { code, err } = await run(["policy", "check", folder]);
  expect([code, err]).toEqual([
    1,
    `loopgate: ${folder} is a folder; name the file, as in ${folder}/.github/loop.yml\n`,
  ]);
});
