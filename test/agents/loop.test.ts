// Whole loops with the agent CLIs: from the label to an approved pull request or a used-up budget, and the cost is on the issue.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { nanoOf } from "../../src/loop/money.ts";
import { inDollars } from "../../src/report/money.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { git } from "../gateway/git/world.ts";
import { cost, endless, kinds, steps, total } from "./errand.ts";
import { KEY, MODEL } from "./stage.ts";
import { wholeLoop } from "./whole.ts";

describeWithDocker("a whole loop, from the label", (engine) => {
  test.each(kinds)("%s: its file is in a pull request, and tokens and cost are the script's", async (kind) => {
    const loop = await wholeLoop(engine(), kind);
    const { issue, repository, calls } = loop;
    const state = await loop.state();
    expect(state.phase, loop.log.join("\n")).toBe("awaiting_gate");

    const pull = repository.issues.get(state.pull?.number ?? 0);
    const head = pull?.pull?.head.sha ?? "";
    expect(git(repository.gitDir, ["show", `${head}:hello.txt`])).toBe("hello");
    expect(git(repository.gitDir, ["diff", "--name-only", `main...${head}`])).toBe("hello.txt");

    expect(calls.map(({ outcome, model }) => [outcome, model])).toEqual(steps.map(() => ["complete", MODEL]));
    const settled = (field: "inputTokens" | "cacheReadTokens" | "outputTokens") =>
      calls.reduce((sum, call) => sum + call[field], 0);
    expect(settled("inputTokens")).toBe(total("input"));
    expect(settled("cacheReadTokens")).toBe(total("cached"));
    expect(settled("outputTokens")).toBe(total("output"));
    const [executor, reviewer] = state.attempts[0]?.runs ?? [];
    expect(executor?.spentNano).toBe(nanoOf(cost));
    expect(executor?.tokens).toEqual({ input: total("input"), cached: total("cached"), output: total("output") });
    expect([executor?.role, reviewer?.role, reviewer?.spentNano]).toEqual(["executor", "reviewer", 0]);
    expect(executor?.isolation).toMatchObject({ network: "none", capabilities: [], readOnlyRoot: true });
    const [status, attempt] = issue.comments.map(({ body }) => body);
    const tokens = `${total("input")} tokens in (${total("cached")} cached), ${total("output")} out`;
    expect(status).toContain(`${inDollars(nanoOf(cost))} of $5.00 for models`);
    expect(attempt).toContain(`exit code 0, ${inDollars(nanoOf(cost))} for models: ${tokens}`);

    loop.forge.as("bob").approve(pull?.pull ?? raise("no pull request"));
    await loop.settle();
    expect((await loop.state()).ending?.reason).toBe("task_complete");

    expect(loop.model.calls.map(({ credential }) => credential)).toEqual(steps.map(() => KEY));
    expect(loop.leases.every((lease) => lease.length > 20) && loop.leases.length).toBe(2);
    const checks = repository.runs.map(({ name, output }) => JSON.stringify([name, output]));
    expect(checks.length).toBeGreaterThan(0);
    const said = [wordsOf(issue), wordsOf(pull ?? issue), ...checks, ...loop.log];
    for (const secret of [KEY, ...loop.leases]) expect(said.filter((text) => text.includes(secret))).toEqual([]);
  });

  test.each(kinds)(
    "%s: a budget that is used up on the way ends the loop, which says what to do next",
    async (kind) => {
      const loop = await wholeLoop(engine(), kind, { steps: endless, manners: { isDear: true }, budget: 2 });
      const { ending, attempts } = await loop.state();
      expect(ending?.reason, loop.log.join("\n")).toBe("budget_limit");
      expect(attempts.map(({ runs }) => runs.map(({ role }) => role))).toEqual([["executor"]]);
      const spent = attempts[0]?.runs[0]?.spentNano ?? 0;
      const settled = loop.calls.reduce((sum, { costUsd }) => sum + costUsd, 0);
      expect(spent).toBe(nanoOf(settled));
      expect(spent).toBeGreaterThan(1e9);
      expect(spent).toBeLessThanOrEqual(2e9);
      expect(loop.calls.at(-1)).toMatchObject({ outcome: "refused", problem: "budget" });
      const last = loop.issue.comments.at(-1)?.body;
      expect(last).toContain(
        `**Loopgate stopped: budget limit.** The loop has spent ${inDollars(spent)} of its $2.00 for model calls`,
      );
      expect(last).toContain("**Next:** @alice");
    },
  );
});

/** Everything that the thread of an issue or a pull request says. */
function wordsOf({ title, body, comments }: Issue): string {
  return [title, body, ...comments.map((comment) => comment.body)].join("\n");
}

function raise(what: string): never {
  throw new Error(what);
}
