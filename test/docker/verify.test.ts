// `loopgate verify` in containers: sealed, bounded in time, and gone after Ctrl-C.
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { aRepository, policy } from "../cli/a-repository.ts";
import { ask, start } from "../cli/command.ts";
import { until } from "../until.ts";
import { describeWithDocker } from "./engine.ts";

describeWithDocker("a local commit verified in containers", (engine: () => Engine) => {
  const env = (more: Readonly<Record<string, string>> = {}) => {
    const { socketPath } = engine().docker.modem as { socketPath?: string };
    return { DOCKER_HOST: `unix://${socketPath}`, ...more };
  };
  const containers = async () => {
    const all = await engine().docker.listContainers({ all: true });
    return all.filter(({ Labels }) => Labels["loopgate.instance"]?.startsWith("verify/")).length;
  };
  const argsOf = (dir: string, base: string, head: string) => ["verify", "--repo", dir, "--base", base, "--head", head];

  test("the command has no network and no file of the user's, and its history is the user's", async () => {
    const { dir, commit } = aRepository();
    const report = '<testsuite name=\\"s\\"><testcase name=\\"a\\" time=\\"1\\"/></testsuite>';
    const command = [
      "test $(ls /sys/class/net | grep -cv lo) = 0 || exit 4",
      `test ! -e ${dir}/secret || exit 5`,
      "test $(git rev-list --count HEAD) = 2 || exit 6",
      `echo "${report}" > junit.xml`,
    ].join("; ");
    const base = commit({ ".github/loop.yml": policy(command), ".gitignore": "secret\n" });
    const head = commit({ secret: "s", "a.txt": "a" });
    const { code, out } = await ask(argsOf(dir, base, head), env());
    expect(out).toMatch(/^Verdict: green\n.*by \.github\/loop\.yml of the base\n/);
    expect(code).toBe(0);
    expect(await containers()).toBe(0);
  });

  test("an engine that does not answer is no evidence, with a sentence", async () => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy("true") });
    const { code, err } = await ask(argsOf(dir, base, base), { DOCKER_HOST: "unix:///nowhere.sock" });
    expect(err).toContain("loopgate: ");
    expect(code).toBe(2);
  });

  test("Ctrl-C ends it with 130, and leaves neither container nor folder", async () => {
    const { dir, commit } = aRepository();
    const base = commit({ ".github/loop.yml": policy("sleep 600") });
    const temporary = await mkdtemp(join(tmpdir(), "verify-ctrl-c-"));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    const command = start(argsOf(dir, base, base), env({ TMPDIR: temporary }));
    await until(async () => (await containers()) > 0);
    command.signal("SIGINT");
    expect((await command.ended).code).toBe(130);
    expect(await containers()).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
