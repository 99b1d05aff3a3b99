// What a loop survives: a lost store, a restart, webhooks lost, doubled and out of order, a touched record, GitHub away.
import { describe, expect, test } from "vitest";
import type { CiSettings, Comment, Issue, Pull } from "../../src/forge/model.ts";
import { sealKey, sealOf } from "../../src/record/seal.ts";
import { until } from "../until.ts";
import { answer, aStory, attempts, botch, mend, minute, type Story } from "./world.ts";

function statusOf(issue: Issue): Comment {
  const found = issue.comments.find(({ body, user }) => body.includes("loopgate:status") && user.type === "Bot");
  if (found === undefined) throw new Error("there is no status comment");
  return found;
}

async function approve(story: Story, issue: Issue): Promise<void> {
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
}

/** Runs until it is told to go on, or its folder is taken away with the store. */
const waiting = `while [ -d "$LOOP_DIR" ] && [ ! -e "$LOOP_DIR/go" ]; do sleep 0.05; done`;

/** What a healthy loop leaves in the thread: one status comment, one for each judged attempt, one at the end. */
function ownComments(issue: Issue, kind: string): number {
  return issue.comments.filter(({ body }) => body.includes(`<!-- loopgate:${kind} `)).length;
}

/** CI that reports to nobody: what it concludes is on GitHub, its webhooks are lost without a trace. */
async function aLoopThatHearsNoCi(): Promise<{ story: Story; issue: Issue }> {
  let forge: Story["forge"] | null = null;
  const ci: CiSettings = {
    mode: "scripted",
    conclude: () => {
      forge?.holdDeliveries();
      return { conclusion: "success" };
    },
  };
  const story = await aStory({ ci });
  forge = story.forge;
  const issue = await story.startLoop();
  story.forge.releaseDeliveries(() => []);
  expect((await story.state(issue)).phase).toBe("verifying");
  return { story, issue };
}

describe.each([
  { what: "the store is lost", loseStore: true },
  { what: "the process is restarted", loseStore: false },
])("$what", ({ loseStore }) => {
  test("F2, F3, F54: while the executor runs: another attempt follows, and the loop ends as it would have", async () => {
    const story = await aStory({ executor: attempts(waiting, mend) });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    await story.restart({ loseStore });
    await story.advance(minute);
    await approve(story, issue);
    const state = await story.state(issue);
    expect(state.ending?.reason).toBe("task_complete");
    expect(state.attempts.map(({ counted }) => counted)).toEqual([false, true]);
    expect(state.runsStarted).toBe(3);
    expect(ownComments(issue, "status")).toBe(1);
    expect(ownComments(issue, "stop")).toBe(1);
  });

  test("F27, F42: after the push, with the pull request's answer lost: nothing is made twice", async () => {
    const story = await aStory();
    story.forge.failNext("POST /repos/:owner/:repo/pulls", { status: 502, applyEffect: true });
    const issue = await story.startLoop();
    expect((await story.state(issue)).phase).toBe("publishing");
    await story.restart({ loseStore });
    await story.advance(minute);
    await approve(story, issue);
    const state = await story.state(issue);
    expect(state.ending?.reason).toBe("task_complete");
    expect(state.attempts).toHaveLength(1);
    expect([...story.repository.issues.values()].filter(({ pull }) => pull !== null)).toHaveLength(1);
    expect(ownComments(issue, "status")).toBe(1);
  });

  test("F25: while CI and the reviewer judge: the same commit is judged, and what CI said meanwhile is read", async () => {
    const { story, issue } = await aLoopThatHearsNoCi();
    const { head } = await story.state(issue);
    await story.advance(2 * minute);
    await story.restart({ loseStore });
    await story.advance(10 * minute);
    const state = await story.state(issue);
    expect(state.phase).toBe("awaiting_gate");
    expect(state.head).toBe(head);
    expect(state.attempts).toHaveLength(1);
    await approve(story, issue);
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
    expect(ownComments(issue, "status")).toBe(1);
  });

  test("F17: at the gate: an approval that nobody heard of counts", async () => {
    const story = await aStory();
    const issue = await story.startLoop();
    const before = await story.state(issue);
    story.forge.dropDeliveries(1);
    story.forge.as("bob").approve(await story.pull(issue));
    await story.restart({ loseStore });
    await story.advance(10 * minute);
    const state = await story.state(issue);
    expect(state.id).toBe(before.id);
    expect(state.ending?.reason).toBe("task_complete");
    expect(issue.labels.map(({ name }) => name)).toEqual(["loop:done"]);
    expect(ownComments(issue, "status")).toBe(1);
  });

  test("after the end: /loop retry goes on from where the loop stopped", async () => {
    const story = await aStory({ executor: attempts(answer({ question: "Which total?" }), mend) });
    const issue = await story.startLoop();
    expect((await story.state(issue)).ending?.reason).toBe("uncertainty_too_high");
    const { id } = await story.state(issue);
    await story.restart({ loseStore });
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    const state = await story.state(issue);
    expect(state.id).toBe(id);
    expect(state.phase).toBe("awaiting_gate");
    expect(state.attempts).toHaveLength(2);
    await approve(story, issue);
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  });
});

test("an issue that was edited after its store was lost is not worked on until a person says so", async () => {
  const story = await aStory({ executor: attempts(waiting, mend) });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  story.forge.as("bob").edit(issue, { body: "Delete everything." });
  await story.restart({ loseStore: true });
  const stopped = await story.state(issue);
  expect(stopped.ending).toMatchObject({ reason: "infrastructure_error", resume: "execute" });
  expect(stopped.ending?.quote).toContain("the issue reads differently now");
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("F18, I24: every webhook twice comes to the same as once", async () => {
  const story = await aStory({ executor: attempts(botch("red"), mend) });
  story.forge.duplicateDeliveries(10_000);
  const issue = await story.startLoop();
  await approve(story, issue);
  const state = await story.state(issue);
  expect(state.ending?.reason).toBe("task_complete");
  expect(state.attempts).toHaveLength(2);
  expect(issue.comments.filter(({ user }) => user.login === "loopgate[bot]")).toHaveLength(4);
});

test("F20: the label's removal overtakes its setting, and nothing starts", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  story.forge.holdDeliveries();
  story.forge.as("alice").label(issue, "loop");
  story.forge.as("alice").unlabel(issue, "loop");
  story.forge.releaseDeliveries((held) => [...held].reverse());
  await story.settle();
  for (let n = 0; n < 5; n++) await story.advance(minute); // a label that is not there yet is asked for again
  expect((await story.state(issue)).phase).toBe("refused");
  expect(issue.comments).toEqual([]);
});

test("F17, L5: a label that nobody heard of starts its loop within one period", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  story.forge.holdDeliveries();
  story.forge.as("alice").label(issue, "loop");
  story.forge.releaseDeliveries(() => []);
  await story.advance(20 * minute);
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.requester.login).toBe("alice");
});

test("F17: a delivery that failed is asked for again within one period", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  story.forge.dropDeliveries(1);
  story.forge.as("alice").label(issue, "loop");
  await story.advance(20 * minute);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.forge.deliveries.some((delivery) => delivery.redelivery && delivery.statusCode === 202)).toBe(true);
});

test.each([
  {
    what: "an approval",
    act: (story: Story, pull: Pull) => story.forge.as("bob").approve(pull),
    reason: "task_complete",
  },
  {
    what: "the label's removal",
    act: (story: Story, _: Pull, issue: Issue) => story.forge.as("alice").unlabel(issue, "loop"),
    reason: "cancelled",
  },
  {
    what: "the issue's end",
    act: (story: Story, _: Pull, issue: Issue) => story.forge.as("alice").close(issue),
    reason: "cancelled",
  },
  { what: "a merge", act: (story: Story, pull: Pull) => story.forge.as("bob").merge(pull), reason: "task_complete" },
])("F17, L5: $what that nobody heard of is found within one period of silence", async ({ act, reason }) => {
  const story = await aStory();
  const issue = await story.startLoop();
  await story.advance(2 * minute);
  story.forge.holdDeliveries();
  await act(story, await story.pull(issue), issue);
  story.forge.releaseDeliveries(() => []);
  await story.advance(20 * minute);
  expect((await story.state(issue)).ending?.reason).toBe(reason);
});

test("F17, L5: an approval that nobody heard of is found though others in the repository are heard of all the time", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const other = story.openIssue("Another");
  await story.advance(2 * minute);
  story.forge.holdDeliveries();
  story.forge.as("bob").approve(await story.pull(issue));
  story.forge.releaseDeliveries(() => []);
  for (let n = 0; n < 5; n++) {
    story.forge.as("dave").comment(other, `still here ${n}`);
    await story.advance(4 * minute);
  }
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("nothing polls while webhooks arrive", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  for (let n = 0; n < 6; n++) {
    story.forge.as("dave").comment(issue, `still here ${n}`);
    await story.settle();
    const before = story.requests.length;
    await story.advance(5 * minute);
    expect(story.requests.slice(before)).toEqual([]);
  }
});

test("F65, I7: a record that was edited while its store was lost ends the loop, and says who did it", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.holdDeliveries();
  const comment = statusOf(issue);
  story.forge.as("dave").editComment(comment, comment.body.replace("task", "tusk").replace("seal=", "seal=0"));
  story.forge.releaseDeliveries(() => []);
  await story.restart({ loseStore: true });
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "state_tampered", of: "record_unreliable", by: "dave" });
  expect(story.comments(issue).at(-1)).toContain("It was last edited by dave.");
  expect(issue.labels.map(({ name }) => name)).toEqual(["loop:needs-human"]);
});

test("F65, I7: an older record put back by hand has a good seal, and is not believed", async () => {
  const story = await aStory({ executor: attempts(botch("red"), mend) });
  const issue = story.openIssue();
  let old = "";
  story.forge.as("alice").label(issue, "loop");
  await until(async () => {
    old = issue.comments[0]?.body ?? "";
    return old !== "";
  });
  await story.settle();
  story.forge.holdDeliveries();
  story.forge.as("dave").editComment(statusOf(issue), old);
  story.forge.releaseDeliveries(() => []);
  await story.restart({ loseStore: true });
  expect((await story.state(issue)).ending).toMatchObject({ reason: "state_tampered", by: "dave" });
});

test("F65, T16: a copy of the record by anyone else changes nothing, here or on another issue", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const { id } = await story.state(issue);
  const other = story.openIssue("Another", "Please.");
  story.forge.as("dave").comment(issue, statusOf(issue).body);
  story.forge.as("dave").comment(other, statusOf(issue).body);
  await story.restart({ loseStore: true });
  expect((await story.state(issue)).id).toBe(id);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  story.forge.as("alice").label(other, "loop");
  await story.settle();
  expect((await story.state(other)).phase).toBe("awaiting_gate");
  expect((await story.state(other)).id).not.toBe(id);
});

test("F65: a record that is deleted is written again", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  story.forge.as("dave").deleteComment(statusOf(issue));
  await story.settle();
  expect(ownComments(issue, "status")).toBe(1);
  await story.restart({ loseStore: true });
  await approve(story, issue);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
});

test("F15: a record of a newer version rests, says which version it needs, and holds up nobody else", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const other = await story.startLoop("Another", "Please.");
  const comment = statusOf(issue);
  const sealed = {
    version: 9,
    repositoryId: story.repository.id,
    issue: issue.number,
    loop: "k3f9x2",
    revision: 1,
    data: "AAAA",
  };
  const seal = sealOf(sealed, sealKey("a seal secret of the stories, long enough"));
  comment.body = `<!-- loopgate:status k3f9x2 -->\n\n<!-- loopgate:record v9 loop=k3f9x2 rev=1 seal=${seal} data=AAAA -->`;
  comment.editedBy = null;
  const kept = comment.body;
  await story.restart({ loseStore: true });
  await story.restart();
  const said = issue.comments.filter(({ body }) => body.includes("record version 9"));
  expect(said).toHaveLength(1);
  expect(said[0]?.body).toContain("infrastructure error");
  expect(comment.body).toBe(kept);
  expect((await story.state(other)).phase).toBe("awaiting_gate");

  // Nobody asks again while the label is there; what is labelled no more is remembered no more.
  const reads = () => story.requests.filter(({ route }) => route === "ReadThread").length;
  const before = reads();
  for (let look = 0; look < 6; look++) await story.advance(10 * minute);
  expect(reads()).toBe(before);
  for (const act of ["unlabel", "label"] as const) {
    story.forge.holdDeliveries();
    story.forge.as("alice")[act](issue, "loop");
    story.forge.releaseDeliveries(() => []);
    await story.advance(10 * minute);
  }
  expect(reads()).toBe(before + 1);
  expect(issue.comments.filter(({ body }) => body.includes("record version 9"))).toHaveLength(1);
});

test("F38: GitHub is down for six hours, and afterwards nothing is missing and nothing is doubled", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  const outage = { down: true };
  story.forge.failNext(({ path }) => outage.down && !path.startsWith("/app/hook"), { status: 503, times: 100_000 });
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  for (let quarter = 0; quarter < 24; quarter++) await story.advance(15 * minute);
  expect(issue.comments).toEqual([]);
  outage.down = false;
  await story.advance(15 * minute);
  await story.advance(15 * minute);
  await approve(story, issue);
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  expect(issue.comments.filter(({ user }) => user.login === "loopgate[bot]")).toHaveLength(3);
  expect([...story.repository.issues.values()].filter(({ pull }) => pull !== null)).toHaveLength(1);
});

test("F30, F31, I18: what GitHub asked to wait with is not sent again before its time", async () => {
  const story = await aStory();
  const issue = story.openIssue();
  await story.settle();
  story.forge.failNext(/ \/(graphql|repos)/, {
    status: 403,
    headers: { "retry-after": "600" },
    body: { message: "You have exceeded a secondary rate limit." },
  });
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  const before = story.forge.requests.length;
  for (let n = 0; n < 9; n++) await story.advance(minute);
  expect(story.forge.requests.slice(before)).toEqual([]);
  await story.advance(2 * minute);
  await story.advance(minute);
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});
