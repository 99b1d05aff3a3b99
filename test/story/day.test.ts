// What a day may cost: a loop that reaches the limit of its repository's day or its account's waits for the next one, and continues by itself.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { aModel, call } from "./model-server.ts";
import { aStory, mend, minute, type Story, type StoryOptions } from "./world.ts";

const hour = 60 * minute;
const prices = { "openai/*": { input: 4, output: 20 } }; // a call of the scripted model costs $0.014
const calls = (count: number) => Array.from({ length: count }, () => call).join("; ");

/** Stories begin at nine in the morning, by UTC. */
async function aSpender(options: StoryOptions): Promise<Story> {
  const model = await aModel();
  const models = [
    { name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null },
  ] as const;
  return aStory({ executor: `${calls(4)}; ${mend}`, models, prices, ...options });
}

const statusOf = (story: Story, issue: Issue) => story.comments(issue)[0] ?? "";

const berlin = "version: 1\nbudget: {usd: 0.1}\nday: {usd: 0.1, time_zone: Europe/Berlin}\n";

test("what is left of a repository's day is too little for another run: the loop waits for midnight there, whatever becomes of the App meanwhile", async () => {
  const story = await aSpender({ policy: berlin });
  const first = await story.startLoop("First");
  expect(await story.phase(first)).toBe("awaiting_gate");
  const second = await story.startLoop("Second");
  expect(await story.state(second)).toMatchObject({
    phase: "preparing",
    dayFull: { whose: "repository", of: "money", may: 100_000_000, until: Date.parse("2026-01-05T23:00Z") },
  });
  expect(statusOf(story, second)).toMatchInlineSnapshot(`
    "### Loopgate: attempt 1 of 3 waits for the next day

    All loops of this repository together may spend $0.10 on models in a day, and what is left of that is not enough for another run. Nothing is lost, and the loop's time stands still meanwhile.
    **Next:** It continues by itself on 2026-01-06 00:00 (Europe/Berlin). No command raises this limit; \`day\` in \`.github/loop.yml\` sets it, and a change there counts from the next loop or \`/loop retry\` on.

    | attempt | change | CI | review | outcome | time |
    |---|---|---|---|---|---|
    | 1 | working | – | – | – | since 2026-01-05 09:00 UTC |

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/3-«loop»\` from \`main\` at \`«commit 1»\`
    - Environment: image \`toolchain\`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in \`/tmp\`, 4 GiB of disk
    - Estimate: at most $0.10 for models and 3 attempts, which the policy grants; too few loops of this repository have ended to say more
    - Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h
    - Policy: \`.github/loop.yml\` at blob \`f65d2a2d82bc\`
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    To stop it, comment \`/loop stop\`, or remove the label \`loop\`. For all commands, comment \`/loop help\`.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»"
  `);
  const said = story.comments(second).length;
  await story.restart();
  for (let passed = 0; passed < 13; passed++) await story.advance(hour); // more than a loop may work
  await story.advance(59 * minute);
  expect(await story.state(second)).toMatchObject({ phase: "preparing", ending: null, worked: { since: null } });
  expect(story.comments(second)).toHaveLength(said);
  expect(story.comments(second)).toHaveLength(1);
  await story.advance(2 * minute);
  expect(await story.phase(second)).toBe("awaiting_gate");
  expect((await story.state(second)).dayFull).toBeUndefined();
  expect(statusOf(story, second)).not.toContain("next day");
});

test("the account's day counts the runs of all its repositories; `/loop budget` raises nothing of it, and explain says whose limit it is", async () => {
  const story = await aStory({ bounds: { day_runs: 2, day_zone: "America/New_York" } });
  await story.startLoop("First");
  const second = await story.startLoop("Second");
  expect(await story.state(second)).toMatchObject({ dayFull: { whose: "account", of: "runs", may: 2 } });
  for (const verb of ["budget +$5", "explain", "retry"]) {
    story.forge.as("alice").comment(second, `/loop ${verb}`);
    await story.settle();
  }
  expect(story.comments(second).slice(1)).toMatchInlineSnapshot(`
    [
      "Added $5.00. Spent so far: $0.00 of $10.00. The loop waits until 2026-01-06 00:00 (America/New_York) all the same: it is held by a limit of the day, which no command raises.

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "### Loopgate: attempt 1 of 3 waits for the next day

    - All loops of this account together may begin 2 runs of agents and reviewers in a day, and have. Nothing is lost, and the loop's time stands still meanwhile.
    - It has waited for 0 s. The limit stands in \`LOOPGATE_DAY_USD\` and \`LOOPGATE_DAY_RUNS\`, which the operator sets.
    - Next: It continues by itself on 2026-01-06 00:00 (America/New_York). No command raises this limit; Loopgate's operator sets it.

    | limit | used | may | set by |
    |---|---|---|---|
    | attempts | 1 | 3 | \`attempts\` |
    | money for models | $0.00 | $10.00 | \`budget.usd\` |
    | time at work | 0 s | 12 h | \`loop_hours\` |
    | containers | 1 | 20 | \`runs\` |
    | money, all loops of this issue | $0.00 | $25.00 | \`issue.usd\` |
    | containers, all loops of this issue | 1 | 60 | \`issue.runs\` |

    <sub>Written by Loopgate, a GitHub App.</sub>",
      "\`/loop retry\` by \`alice\` was refused: the loop is still running, so there is nothing to retry. Nothing changed. \`/loop help\` lists the commands.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
  expect((await story.state(second)).attempts.flatMap(({ runs }) => runs)).toMatchObject([{ isolation: null }]);
  await story.advance(20 * hour); // midnight in New York is five in the morning
  expect(await story.phase(second)).toBe("awaiting_gate");
});

test("explain and report tell how far the repository's day is used, and nothing of what other repositories of the account spent", async () => {
  const story = await aSpender({ policy: berlin, bounds: { day_runs: 40 } });
  await story.startLoop("First");
  const second = await story.startLoop("Second");
  for (const verb of ["explain", "report"]) {
    story.forge.as("alice").comment(second, `/loop ${verb}`);
    await story.settle();
    const rows =
      story
        .comments(second)
        .at(-1)
        ?.split("\n")
        .filter((line) => line.includes(" today")) ?? [];
    expect(rows).toEqual(["| money, all loops of this repository today | $0.0560 | $0.10 | `day.usd` |"]);
  }
});

test("F8: with the store lost, what today's runs cost is known from the threads of loops that live", async () => {
  const story = await aSpender({ policy: berlin });
  await story.startLoop("First");
  await story.restart({ loseStore: "alone" });
  const second = await story.startLoop("Second");
  expect((await story.state(second)).dayFull).toMatchObject({ whose: "repository", of: "money" });
});

test("what a run has set aside and did not use is there for the next one at once", async () => {
  const story = await aSpender({ policy: berlin, executor: `${call}; ${mend}` });
  for (const title of ["First", "Second", "Third"])
    expect(await story.phase(await story.startLoop(title))).toBe("awaiting_gate");
});

test("a run that the day cuts short costs no attempt, keeps what it did, and its loop goes on the next day", async () => {
  const executor = `if [ "$LOOP_ATTEMPT" = 1 ]; then echo '# begun' >> total.sh; while ${call} | grep -q ^200; do :; done; else ${mend}; fi`;
  const policy = "version: 1\nbudget: {usd: 0.4}\nday: {usd: 0.2}\n";
  const story = await aSpender({ policy, executor });
  const issue = await story.startLoop();
  expect(await story.state(issue)).toMatchObject({ ending: null, dayFull: { of: "money", may: 200_000_000 } });
  const { attempts } = await story.state(issue);
  expect(attempts[0]).toMatchObject({ counted: false });
  expect(attempts[0]?.runs[0]?.spentNano).toBeLessThanOrEqual(200_000_000);
  expect(attempts[0]?.head).not.toBeNull();
  await story.advance(16 * hour);
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
