// The bench of environments as a process: what it prints, and that nothing of it stays. How fast it is, it says itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWithDocker } from "../docker/engine.ts";
import { start } from "./command.ts";

describeWithDocker("the bench of environments", (engine) => {
  function bench(...args: string[]) {
    const temp = mkdtempSync(join(tmpdir(), "bench-"));
    onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
    const { socketPath = "" } = engine().docker.modem as unknown as { readonly socketPath?: string };
    const env = { DOCKER_HOST: `unix://${socketPath}`, TMPDIR: temp };
    return { command: start(["bench", "environment", "--megabytes", "4", ...args], env), temp };
  }

  async function nothingIsLeft(temp: string): Promise<void> {
    expect(readdirSync(temp)).toEqual([]);
    expect(await engine().docker.listContainers({ all: true })).toEqual([]);
    expect((await engine().docker.listVolumes()).Volumes ?? []).toEqual([]);
  }

  test("says four ratios of what runs really had, and leaves nothing", async () => {
    const { command, temp } = bench("--rounds", "1", "--json");
    const { code, out, err } = await command.ended;
    expect(err).toContain("round 1 of 1\n");
    const { files, bytes, lines } = JSON.parse(out);
    expect({ files, isAbout4: bytes > 3.9e6 && bytes < 4.4e6 }).toEqual({ files: 2 * 81 + 1, isAbout4: true });
    expect(lines).toHaveLength(4);
    for (const { ratio, ours, besideUs } of lines) expect(ratio).toBeCloseTo(ours / besideUs, 5);
    expect(code, "the figures are told, not judged").toBe(0);
    await nothingIsLeft(temp);
  }, 120_000);

  test("that is interrupted ends with 130 and leaves nothing behind", async () => {
    const { command, temp } = bench();
    await command.complained(/round 1 of 3/);
    command.signal("SIGINT");
    expect(await command.ended).toMatchObject({ code: 130, out: "" });
    await nothingIsLeft(temp);
  }, 120_000);
});
