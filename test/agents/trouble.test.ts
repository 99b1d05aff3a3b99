// The agent CLIs when the model fails them: a provider that is down or has too many requests, and a budget that ends.
import { describe, expect, test } from "vitest";
import type { ModelCall } from "../../src/gateway/model/provider.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { cost, endless, kinds, steps } from "./errand.ts";
import { TROUBLE } from "./model-server.ts";
import { type Staged, stage } from "./stage.ts";

/** What the CLI told of errors, also where it tells them as messages. */
function told({ events, outcome }: Staged): string {
  return JSON.stringify(events.filter(({ type }) => type === "error" || type === "message")) + outcome.log;
}

function settledNanos(calls: readonly ModelCall[]): number {
  return calls.reduce((sum, { costUsd }) => sum + Math.round(costUsd * 1e9), 0);
}

describeWithDocker("in a container without network, with trouble", (engine) => {
  describe.each(kinds)("%s", (kind) => {
    test("whose provider is down ends by itself, says why, and costs nothing", async () => {
      const run = await stage(engine(), kind, { steps, manners: { failing: () => 503 } });
      expect(run.outcome.status).toBe("failed");
      expect(run.pushed).toBe(null);
      expect(told(run)).toContain(TROUBLE);
      expect(run.model.calls).toEqual([]);
      expect(run.calls.map(({ outcome, status, costUsd }) => [outcome, status, costUsd])).toEqual(
        run.model.failures.map(() => ["declined", 503, 0]),
      );
    });

    test("whose provider fails once in the middle goes on, and pays for what was answered", async () => {
      const run = await stage(engine(), kind, { steps, manners: { failing: (call) => (call === 1 ? 503 : null) } });
      expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
      expect(run.pushed).toEqual(["hello.txt"]);
      expect(run.calls.map(({ outcome }) => outcome)).toEqual(["complete", "declined", "complete", "complete"]);
      expect(settledNanos(run.calls)).toBe(Math.round(cost * 1e9));
    });

    test("whose provider has too many requests once never hears of it", async () => {
      const run = await stage(engine(), kind, { steps, manners: { failing: (call) => (call === 1 ? 429 : null) } });
      expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
      expect(run.model.failures).toEqual([429]);
      expect(run.calls.map(({ outcome, repeats }) => [outcome, repeats])).toEqual([
        ["complete", 0],
        ["complete", 1],
        ["complete", 0],
      ]);
      expect(settledNanos(run.calls)).toBe(Math.round(cost * 1e9));
    });

    test("whose budget pays for nothing says so in the gateway's words, and nothing is spent", async () => {
      const run = await stage(engine(), kind, { steps, budget: 0.000001 });
      expect(run.pushed).toBe(null);
      expect(run.calls.every(({ outcome, costUsd }) => outcome === "refused" && costUsd === 0)).toBe(true);
      expect(told(run)).toContain("budget");
      expect(run.model.calls).toEqual([]);
    });

    test("whose budget ends in the middle is told, ends, and stays within it", async () => {
      const run = await stage(engine(), kind, { steps: endless, manners: { isDear: true }, budget: 2 });
      expect(run.outcome.status).toBe("failed");
      expect(told(run)).toMatch(/The budget (for work )?is used up\. This call could cost \$\d/);
      expect(run.calls[0]).toMatchObject({ outcome: "complete", share: "work" });
      expect(run.calls.at(-1)).toMatchObject({ outcome: "refused", problem: "budget", costUsd: 0 });
      expect(settledNanos(run.calls)).toBeGreaterThan(1e9);
      expect(settledNanos(run.calls)).toBeLessThanOrEqual(2e9);
    });
  });
});
