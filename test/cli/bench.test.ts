// The measurements as a process: what it prints, and that Ctrl-C leaves nothing behind. How fast it is, it says itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWithDocker } from "../docker/engine.ts";
import { ask, type Command, start } from "./command.ts";

/** On the engine of this socket, with a folder of its own for what it makes. */
function benchOn(socketPath: string, ...args: string[]): { readonly command: Command; readonly temp: string } {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const env = { DOCKER_HOST: `unix://${socketPath}`, TMPDIR: temp };
  return { command: start(["bench", "isolation", ...args], env), temp };
}

describeWithDocker("the bench of isolation", (engine) => {
  function bench(...args: string[]) {
    const { socketPath = "" } = engine().docker.modem as unknown as { readonly socketPath?: string };
    return benchOn(socketPath, ...args);
  }

  const containers = async () => (await engine().docker.listContainers({ all: true })).length;

  test("says three ratios with what was measured", async () => {
    const { command, temp } = bench("--rounds", "1");
    const { code, out, err } = await command.ended;
    expect(err).toBe("");
    const figures = String.raw`: \d+ ms vs \d+ ms, median ratio of 1 pairs \d+\.\d{3}`;
    const [cold, prepared, workspace, ...rest] = out.trimEnd().split("\n");
    expect(cold).toMatch(new RegExp(`^container ready, nothing prepared, vs docker run --rm${figures}$`));
    expect(prepared).toMatch(new RegExp(`^container ready, prepared ahead, .*${figures}, wanted ≤ 1: (kept|MISSED)$`));
    expect(workspace).toMatch(new RegExp(`^workspace of a 50 MB pack .*${figures}, wanted ≤ 0.1: (kept|MISSED)$`));
    expect(rest).toEqual([]);
    expect(code, "the figures are told, not judged").toBe(0);
    expect(readdirSync(temp)).toEqual([]);
    expect(await containers()).toBe(0);
  });

  test("says the same in JSON", async () => {
    const { command } = bench("--rounds", "1", "--json");
    const { code, out } = await command.ended;
    const { lines } = JSON.parse(out);
    expect(lines).toHaveLength(3);
    for (const { what, beside, oursMs, besideMs, ratio } of lines) {
      expect(what && beside).toBeTruthy();
      expect(ratio).toBeCloseTo(oursMs / besideMs, 5);
    }
    expect(code).toBe(0);
  });

  test("that is interrupted ends with 130 and leaves nothing behind", async () => {
    const { command, temp } = bench();
    await command.said(/nothing prepared/);
    command.signal("SIGINT");
    expect(await command.ended).toMatchObject({ code: 130, err: "" });
    expect(readdirSync(temp)).toEqual([]);
    expect(await containers()).toBe(0);
  });
});

test("on an engine that does not answer it says so, measures nothing and leaves nothing", async () => {
  const { command, temp } = benchOn("/nowhere/engine.sock");
  expect(await command.ended).toMatchObject({ code: 1, out: "", err: expect.stringContaining("/nowhere/engine.sock") });
  expect(readdirSync(temp)).toEqual([]);
});

test("there is nothing else to measure, and no number of rounds but a number", async () => {
  expect(await ask(["bench", "speed"])).toMatchObject({ code: 2, err: expect.stringContaining("no bench speed") });
  expect(await ask(["bench", "isolation", "--rounds", "0"])).toMatchObject({ code: 2 });
});
