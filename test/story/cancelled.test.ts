// A person ends a loop: each way, from each side, acts at once and says so.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { answer, aStory, mend, minute, type Story } from "./world.ts";

/** A loop whose container would run for ten minutes, and does not. */
async function aLongRun(): Promise<{ story: Story; issue: Issue }> {
  const story = await aStory({ executor: "sleep 600" });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  return { story, issue };
}

test("removing the label stops the container and ends the loop; setting it again starts a new one", async () => {
  const { story, issue } = await aLongRun();
  story.forge.as("alice").unlabel(issue, "loop");
  await story.settle();
  const first = await story.state(issue);
  expect(first.ending).toMatchObject({ reason: "cancelled", by: "alice" });
  expect(issue.labels.map((label) => label.name)).toEqual(["loop:stopped"]);
  expect(story.comments(issue)).toMatchInlineSnapshot(`
    [
      "### Loopgate stopped: cancelled

    Why, and what to do next, is said in the newest comment here that begins “Loopgate stopped: cancelled”.

    > [!CAUTION]
    > **No container isolates this loop.** The agent runs as an ordinary process on the App's own host: nothing keeps it from that host's files and network. This is for the demo only.

    | attempt | change | CI | review | outcome | time |
    |---|---|---|---|---|---|
    | 1 | nothing pushed | – | – | not judged | 0 s |

    - Started by \`alice\` with the label \`loop\` on 2026-01-05 09:00 UTC
    - Branch \`loop/1-«loop»\` from \`main\` at \`«commit 1»\`
    - Environment: image \`toolchain\`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in \`/tmp\`, 4 GiB of disk
    - Isolation: **none**: the agent runs as a plain process on the App's host
    - Estimate: at most $5.00 for models and 3 attempts, which the policy grants; too few loops of this repository have ended to say more
    - Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h
    - Policy: the defaults, since there is no \`.github/loop.yml\`
    - The agents work from the issue as it was on 2026-01-05 09:00 UTC, sha256 \`«sha256 1»\`; removed from it: nothing

    Comment \`/loop help\` for a list of commands.

    <sub>Written by Loopgate, a GitHub App.</sub>

    «record»",
      "**Loopgate stopped: cancelled.** alice removed the label.

    **Next:** Comment \`/loop retry\` to continue from here, or set the label \`loop\` again to start a new loop.

    Nothing was pushed to this repository.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>",
    ]
  `);
  await story.labelAgain(issue);
  await story.reaches(issue, "executing");
  expect((await story.state(issue)).id).not.toBe(first.id);
  story.forge.as("alice").unlabel(issue, "loop");
  await story.settle();
});

test("closing the issue ends the loop (F67)", async () => {
  const { story, issue } = await aLongRun();
  story.forge.as("alice").close(issue);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", of: "issue_closed", by: "alice" });
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate stopped: cancelled.** alice closed the issue.

    **Next:** Reopen this issue, then comment \`/loop retry\` to continue from here, or set the label \`loop\` again to start a new loop.

    Nothing was pushed to this repository.

    Used: 1 of 3 attempts, 1 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});

test("/loop stop ends the loop, with a reaction; someone without write permission cannot (T23)", async () => {
  const { story, issue } = await aLongRun();
  const refused = story.forge.as("carol").comment(issue, "/loop stop");
  await until(() => story.comments(issue).length >= 2);
  expect((await story.state(issue)).phase).toBe("executing");
  expect(refused.reactions).toEqual([]); // one answer is enough
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "\`/loop stop\` by \`carol\` was refused: it needs write permission, and carol has triage. Nothing changed. \`/loop help\` lists the commands.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  const stop = story.forge.as("bob").comment(issue, "/loop stop please");
  await story.settle();
  expect(stop.reactions.map((reaction) => reaction.content)).toEqual(["+1"]);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", by: "bob" });
});

test("closing the pull request ends the loop (F68)", async () => {
  const story = await aStory({ executor: mend });
  const issue = await story.startLoop();
  story.forge.as("bob").close(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", by: "bob" });
  expect(story.comments(issue).at(-1)).toMatchInlineSnapshot(`
    "**Loopgate stopped: cancelled.** bob closed the pull request.

    **Next:** Set the label \`loop\` again to start a new loop.

    Kept: branch \`loop/1-«loop»\` at \`«commit 1»\`, pull request [#2](«forge»/acme/shop/pull/2).

    Used: 1 of 3 attempts, 2 of 20 runs, 0 s of 12 h.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
});

test("deleting the branch ends the loop (F44)", async () => {
  const story = await aStory({ executor: mend });
  const issue = await story.startLoop();
  const { branch } = await story.state(issue);
  await story.forge.as("dave").deleteBranch(story.repository, branch ?? "");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled" });
});

test("a command that is edited into a comment does nothing (T23)", async () => {
  const story = await aStory({ executor: answer({ summary: "?", question: "Which?" }) });
  const issue = await story.startLoop();
  const comment = story.forge.as("alice").comment(issue, "Both.");
  story.forge.as("alice").editComment(comment, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("settled");
});

test.each([
  [
    "closed the pull request",
    async (story: Story, issue: Issue) => story.forge.as("bob").close(await story.pull(issue)),
  ],
  [
    "deleted the loop's branch|closed the pull request",
    async (story: Story, issue: Issue) =>
      story.forge.as("bob").deleteBranch(story.repository, (await story.pull(issue)).head.ref),
  ],
  ["closed the issue", async (story: Story, issue: Issue) => story.forge.as("bob").close(issue)],
])("who it was is said although no webhook came: %s (F17)", async (did, act) => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.dropDeliveriesWhere(() => true);
  await act(story, issue);
  await story.settle();
  for (let wait = 0; wait < 12; wait++) await story.advance(minute);
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "cancelled", by: "bob" });
  expect(story.comments(issue).join("\n")).toMatch(new RegExp(`bob (${did})`));
  expect(story.comments(issue).join("\n")).not.toContain("ghost");
});

test("somebody whose account is gone by then is said to be just that (F17)", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.dropDeliveriesWhere(() => true);
  story.forge.as("dave").close(await story.pull(issue));
  story.forge.as("dave").leave();
  await story.settle();
  for (let wait = 0; wait < 12; wait++) await story.advance(minute);
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", of: "pull_closed" });
  expect(story.comments(issue).join("\n")).toContain("Someone whose GitHub account no longer exists");
});

test("deleting the label from the repository ends the loop, and names who did", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("bob").deleteLabel(story.repository, "loop");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", of: "label_removed", by: "bob" });
});

test("deleting another label ends nothing", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "bug");
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  story.forge.as("bob").deleteLabel(story.repository, "bug");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
