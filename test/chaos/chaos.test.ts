// A short campaign as part of every test run: the real process, killed a few times, loses and doubles nothing.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCampaign } from "./campaign.ts";
import { momentsOf } from "./schedule.ts";

test("F1, F2, F3, F4: six kills lose nothing, double nothing and leave nothing behind", async () => {
  const dir = await mkdtemp(join(tmpdir(), "loopgate-chaos-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const campaign = await runCampaign({ kills: 6, seed: 3, engine: null, dir, loops: 1, peaceMs: 90_000, say });
  expect(
    { findings: campaign.findings, leftovers: campaign.leftovers, crashes: campaign.crashes },
    said.join("\n"),
  ).toEqual({
    findings: [],
    leftovers: [],
    crashes: [],
  });
  expect(campaign.kills).toBe(6);
  expect(campaign.loops).toBeGreaterThan(0);
}, 150_000);

test("a seed decides every moment, and another seed others", () => {
  expect(momentsOf(1, 50)).toEqual(momentsOf(1, 50));
  expect(momentsOf(2, 50)).not.toEqual(momentsOf(1, 50));
  expect(new Set(momentsOf(1, 50).map(({ when }) => when))).toEqual(new Set(["starting", "serving", "deed"]));
});
