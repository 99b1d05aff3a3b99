// `loopgate eval` in containers: what an agent finds inside, and what is left after Ctrl-C.
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import { able, aFolder, aPast, evaluated, looking, seenIn } from "../cli/an-evaluated.ts";
import { start } from "../cli/command.ts";
import { until } from "../until.ts";
import { describeWithDocker } from "./engine.ts";

describeWithDocker("agents on past commits in containers", (engine: () => Engine) => {
  const env = (more: Readonly<Record<string, string>> = {}) => {
    const { socketPath } = engine().docker.modem as { socketPath?: string };
    return { DOCKER_HOST: `unix://${socketPath}`, ...more };
  };
  const containers = async () => {
    const all = await engine().docker.listContainers({ all: true });
    return all.filter(({ Labels }) => Labels["loopgate.instance"]?.startsWith("eval/")).length;
  };

  test("no file, object, name or address in the container has anything of the commit or its tests; nothing is left afterwards", async () => {
    const { dir, half } = aPast();
    const agent = `[ ! -e ${dir} ] || exit 3; ${looking("/", half)}; ${able}`;
    const { told, code } = await evaluated(dir, ["--out", aFolder(), "--last", "1", "--agent", agent], env());
    expect(told.tasks[0]?.end).toMatchObject({ outcome: "solved" });
    expect(seenIn(told.tasks[0])).toEqual(["hidden-next", "hidden-twice"]);
    expect([code, await containers()]).toEqual([0, 0]);
  });

  test("Ctrl-C ends it with 130, and leaves neither container nor folder", async () => {
    const { dir } = aPast();
    const temporary = aFolder();
    const args = ["eval", "--repo", dir, "--out", aFolder(), "--last", "1", "--agent", "sleep 600"];
    const command = start(args, env({ TMPDIR: temporary }));
    await command.complained(/1 of 1: .*begins/);
    await until(async () => (await containers()) > 0);
    command.signal("SIGINT");
    expect((await command.ended).code).toBe(130);
    expect(await containers()).toBe(0);
    expect(existsSync(temporary) && readdirSync(temporary)).toEqual([]);
  });
});
