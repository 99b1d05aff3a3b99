// Money: what model calls cost stands in the thread, and a used-up budget stops the loop.
import { readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { spentOf } from "../../src/loop/money.ts";
import { until } from "../until.ts";
import { aModel, call } from "./model-server.ts";
import { aStory, mend, type Story } from "./world.ts";

const minute = 60_000;
const prices = { "openai/*": { input: 4, output: 20 } };

test("what the models cost is on the issue, and the key never was in the run", async () => {
  const model = await aModel();
  const story = await aStory({
    executor: `${call}; env | grep -c the-real-key > leaks.txt; ${mend}`,
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices,
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(model.keys).toEqual(["Bearer sk-the-real-key"]);
  expect(state.attempts[0]?.runs.map((run) => run.spentNano)).toEqual([14_000_000, 0]);
  expect(story.comments(issue)[0]).toContain("$0.0140 of $5.00 for models");
  expect(story.comments(issue)[1]).toContain(
    "executor: finished, 0 s, exit code 0, $0.0140 for models: 1000 tokens in, 500 out",
  );
  const pushed = (await story.pull(issue)).head.sha;
  expect(await story.file(pushed, "leaks.txt")).toBe("0\n");
});

test("budget_limit: the money is used up; /loop budget adds what a person says, and the loop goes on", async () => {
  const model = await aModel();
  const spendThenBotch = `${call}; ${call}; [ "$LOOP_ATTEMPT" = 1 ] && echo '# no' >> total.sh || { ${mend}; }`;
  const story = await aStory({
    executor: spendThenBotch,
    policy: "version: 1\nbudget:\n  usd: 0.03\n",
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices,
  });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending?.reason).toBe("budget_limit");
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate stopped: budget limit.** The loop has spent $0.0140 of its $0.0300 for model calls, and the rest is too little for more work.

    **Next:** @alice, comment \`/loop budget +$5\`, or another amount, to continue with that much more; or \`/loop retry\` to continue from the branch with the policy's limits granted again.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h, $0.0140 of $0.0300 for models.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop budget +$0.10 for 24h");
  await story.settle();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.grantedNano).toBe(130_000_000);
  expect(story.comments(issue).filter((text) => text.startsWith("Added"))).toMatchInlineSnapshot(`
    [
      "Added $0.10. Spent so far: $0.0140 of $0.13. It stands until 2026-01-06 09:00 UTC; what is not used by then is taken back. The loop continues where it stopped.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
  expect(story.comments(issue)[0]).toMatch(/Of these, added for a time: \$0\.10 by `alice` until 20/);
});

const spendAll = `set -e; while ${call} | grep -q ^200; do :; done`;

test.each([
  ["handed over within its budget", `${call} | grep -q ^200`],
  ["could not hand over within its budget", spendAll],
])(
  "budget_limit: the agent that fails for want of money is started once more, and the thread says that it %s",
  async (words, handsOver) => {
    const model = await aModel();
    const story = await aStory({
      executor: `if grep -q '^# Hand over' "$LOOP_DIR/brief.md"; then
  ${handsOver}
  echo '{ "summary": "Half of it is done." }' > "$LOOP_DIR/out/result.json"
  echo handed >> over.txt
else
  echo worked >> work.txt
  ${spendAll}
  ${call} | grep -q ^200
fi`,
      policy: "version: 1\nbudget:\n  usd: 0.2\n",
      models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
      prices,
    });
    const issue = await story.startLoop();
    const state = await story.state(issue);
    expect(state.ending?.reason).toBe("budget_limit");
    const [run] = state.attempts[0]?.runs ?? [];
    expect(run).toMatchObject({
      role: "executor",
      status: "failed",
      exitCode: 1,
      spentNano: model.keys.length * 14_000_000,
    });
    expect(run?.spentNano).toBeLessThanOrEqual(200_000_000);
    expect(story.log.some(({ fields }) => JSON.stringify(fields).includes('"share":"handover"'))).toBe(true);
    const head = state.attempts[0]?.head ?? "";
    expect(await story.file(head, "work.txt")).toBe("worked\n");
    expect(await story.file(head, "over.txt")).toBe("handed\n");
    expect(story.comments(issue)[1]).toContain(words);
  },
);

test("external_dependency_blocked: the provider fails three attempts, none of which counts; /loop retry tries again", async () => {
  const model = await aModel(3);
  const story = await aStory({
    executor: `${call} | grep ^200 && { ${mend}; }`,
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices,
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("resting");
  await story.advance(1.5 * minute); // the longest that it rests
  expect((await story.state(issue)).phase).toBe("resting");
  await story.advance(15 * minute);
  const { ending, attempts } = await story.state(issue);
  expect(ending?.reason).toBe("external_dependency_blocked");
  expect(attempts.map(({ counted }) => counted)).toEqual([false, false, false]);
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate stopped: external dependency blocked.** The model provider failed during attempt 3, and the 2 attempts before it came to nothing too.

    **Next:** @alice, once the provider works again, comment \`/loop retry\`.

    Nothing was pushed to this repository.

    Used: 0 of 3 attempts, 3 of 20 runs, 16 min 30 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("a run without a provider is refused a model, and told so", async () => {
  const story = await aStory({ executor: `${call} > answer.txt; ${mend}` });
  const issue = await story.startLoop();
  const pushed = (await story.pull(issue)).head.sha;
  expect(await story.file(pushed, "answer.txt")).toMatch(/^4\d\d /);
  expect((await story.state(issue)).attempts[0]?.runs[0]?.spentNano).toBe(0);
});

/** What the run's own file says, as soon as its one call is settled. */
async function spentBy(story: Story, run: string): Promise<number> {
  const text = await readFile(join(story.dataDir(), "runs", run, "spent.json"), "utf8").catch(() => "{}");
  return JSON.parse(text).spentNano ?? 0;
}

test("pausing and resuming costs what was spent, and leaves no more than the rest for the next run", async () => {
  const model = await aModel();
  const story = await aStory({
    executor: `${call}; while :; do sleep 0.1; done`,
    policy: "version: 1\nbudget:\n  usd: 0.05\n",
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices,
  });
  const isRefused = () => story.log.some(({ fields }) => JSON.stringify(fields).includes('"problem":"budget"'));
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  for (let round = 1; round <= 3; round++) {
    await story.reaches(issue, "executing");
    const run = (await story.state(issue)).attempts.at(-1)?.runs[0]?.id ?? "";
    await until(async () => isRefused() || (await spentBy(story, run)) === 14_000_000);
    story.forge.as("alice").comment(issue, "/loop pause");
    await story.settle();
    expect(spentOf(await story.state(issue))).toBe(Math.min(round, 2) * 14_000_000);
    story.forge.as("alice").comment(issue, "/loop resume");
  }
  await story.settle();
  const state = await story.state(issue);
  expect(model.keys).toHaveLength(2);
  expect(state.ending).toMatchObject({ reason: "budget_limit", of: "money", is: 28_000_000, may: 50_000_000 });
  expect(story.comments(issue)[0]).toContain("$0.0280 of $0.0500 for models");
});

test("a run whose result cannot be read has spent what it spent", async () => {
  const model = await aModel();
  let dir = "";
  let ended = 0;
  const spoil = async () => {
    const quarantines = join(dir, "app", "quarantine");
    for (const name of await readdir(quarantines)) {
      const refs = join(quarantines, name, "refs", "heads", "loop");
      for (const ref of await readdir(refs)) {
        await rm(join(refs, ref));
        await symlink(ref, join(refs, ref)); // a disk that cannot read the branch any more
      }
    }
  };
  const story = await aStory({
    executor: `${call}; ${mend}`,
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices,
    runtime: (real, folder) => {
      dir = folder;
      return {
        ...real,
        async start(request, watch) {
          const running = await real.start(request, watch);
          const done = running.done.then(async (outcome) => {
            ended += 1;
            if (ended === 1) await spoil();
            return outcome;
          });
          return { ...running, done };
        },
      };
    },
  });
  const issue = await story.startLoop();
  const { attempts } = await story.state(issue);
  expect(attempts[0]?.runs).toMatchObject([
    { status: "lost", spentNano: 14_000_000, tokens: { input: 1000, output: 500 } },
  ]);
  expect(attempts[0]?.counted).toBe(false);
});
