// CI's own command, with programs of ours in the place of npm and of what a machine has to have.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const own = new URL("../../.ci", import.meta.url).pathname;

interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** A copy of the project's CI folder, and a machine with these programs before its own. */
function machine(programs: Readonly<Record<string, string>>): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-ci-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(own, join(folder, ".ci"), { recursive: true });
  const bin = join(folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  const installed = { git: "", dockerd: "", iptables: "", "apt-get": "", ...programs };
  for (const [name, body] of Object.entries(installed)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { CI: _ci, LOOPGATE_TEST_AGENTS: _agents, ...env } = process.env;
  return { folder, env: { ...env, PATH: `${bin}:${process.env.PATH}` } };
}

function start(script: "run" | "gate", programs: Readonly<Record<string, string>>, more: NodeJS.ProcessEnv = {}): Ran {
  const { folder, env } = machine(programs);
  const shell = script === "run" ? "bash" : "sh";
  const options = { env: { ...env, ...more }, encoding: "utf8" } as const;
  const { status, stdout } = spawnSync(shell, [join(folder, ".ci", script)], options);
  return { code: status, lines: stdout.trimEnd().split("\n") };
}

const colours = "\\033[2m      Tests \\033[22m";
const summary = (counts: string) => `printf '${colours} ${counts}\\n'`;

test.each([
  [
    "both suites pass",
    `${summary("1400 passed | 2 skipped (1402)")}; ${summary("13 passed (13)")}`,
    0,
    "1413 passed, 0 failed",
  ],
  [
    "the first fails",
    `${summary("2 failed | 1398 passed (1400)")}; ${summary("13 passed (13)")}; exit 1`,
    1,
    "1411 passed, 2 failed",
  ],
  ["both fail", `${summary("2 failed | 8 passed (10)")}; ${summary("1 failed (1)")}; exit 1`, 1, "8 passed, 3 failed"],
  ["a download fails before the second", `${summary("10 passed (10)")}; exit 1`, 1, "10 passed, 1 failed"],
  ["types fail before all", "echo types; exit 2", 2, "0 passed, 1 failed"],
  [
    "a test prints a line like a count",
    `echo ' Tests of 7 passed'; ${summary("3 passed (3)")}`,
    0,
    "3 passed, 0 failed",
  ],
])("CI's last line counts every test of every suite where %s", (_, npm, code, last) => {
  const ran = start("run", { npm });
  expect([ran.code, ran.lines.at(-1)]).toEqual([code, last]);
});

/** A test runner that says what it was asked, and fails where the suite's name is in FAILING. */
const runner = `echo "$3 agents=\${LOOPGATE_TEST_AGENTS:-}"; case "$3" in "\${FAILING:-none}"*) exit 1 ;; esac`;
const tools = { tsc: "", biome: "", knip: "", vitest: runner };

test("the gate runs the project's tests, and in CI those of Codex and Gemini CLI after them", () => {
  const here = [
    "types",
    "format and lint",
    "files, exports and packages that nobody uses",
    "test/vitest.config.ts agents=",
  ];
  expect(start("gate", tools)).toEqual({ code: 0, lines: here });
  const there = [...here, "test/agents/vitest.config.ts agents=codex,gemini"];
  expect(start("gate", tools, { CI: "true" })).toEqual({ code: 0, lines: there });
  const named = start("gate", tools, { CI: "true", LOOPGATE_TEST_AGENTS: "opencode" });
  expect(named.lines.at(-1)).toBe("test/agents/vitest.config.ts agents=opencode");
});

test.each(["test/vitest", "test/agents"])(
  "the gate runs both suites in CI and fails when that of %s does",
  (failing) => {
    const { code, lines } = start("gate", tools, { CI: "true", FAILING: failing });
    expect([code, lines.length]).toEqual([1, 5]);
  },
);
