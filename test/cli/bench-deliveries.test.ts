// The bench of deliveries as a process: that both sides are measured, and that Ctrl-C leaves nothing. How fast, it says itself.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveOptions } from "../../src/cli/bench-process.ts";
import { ask, start } from "./command.ts";

function bench(...args: string[]) {
  const temp = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  return { command: start(["bench", "deliveries", ...args], { TMPDIR: temp }), temp };
}

const short = ["--rounds", "1", "--seconds", "1", "--connections", "8"];

test("measures our door and a bare Probot at each level, and says ratios and slope", async () => {
  const { command, temp } = bench(...short, "--remembered", "0,600", "--json");
  const { code, out, err } = await command.ended;
  const { levels, slope } = JSON.parse(out);
  expect(levels.map(({ remembered }: { remembered: number }) => remembered)).toEqual([0, 600]);
  for (const { probot, app, rateRatio, p99Ratio, flushMs } of levels) {
    for (const side of [probot, app]) expect(side.count).toBeGreaterThan(8);
    expect(rateRatio).toBeCloseTo(app.perSecond / probot.perSecond, 5);
    expect(p99Ratio).toBeGreaterThan(0);
    expect(flushMs).toBeGreaterThan(0);
  }
  expect(slope).toBeGreaterThan(0);
  expect(err).toContain("600 remembered, round 1 of 1");
  expect(code, "the figures are told, not judged").toBe(0);
  expect(readdirSync(temp)).toEqual([]);
}, 120_000);

test("that is interrupted ends with 130 and leaves nothing behind", async () => {
  const { command, temp } = bench("--remembered", "0");
  await command.complained(/round 0/);
  command.signal("SIGINT");
  expect(await command.ended).toMatchObject({ code: 130, out: "" });
  expect(readdirSync(temp)).toEqual([]);
}, 60_000);

test("our side runs with the options of Node's with which the App is served", () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const { scripts } = JSON.parse(read("package.json"));
  expect(scripts.start).toContain(` node ${serveOptions.join(" ")} src/main.ts serve`);
  const command = ["node", ...serveOptions, "src/main.ts", "serve"];
  expect(read("Dockerfile")).toContain(`CMD [${command.map((one) => JSON.stringify(one)).join(", ")}]`);
});

test("what it cannot be asked is said, and nothing is started", async () => {
  expect(await ask(["bench", "deliveries", "--remembered", "many"])).toMatchObject({ code: 2, out: "" });
  expect(await ask(["bench"])).toMatchObject({ code: 2, err: expect.stringContaining("isolation, deliveries, idle") });
});
