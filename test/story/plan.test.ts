// Plan first: an agent plans, a person says yes, and only then anything is done.
import { expect, test } from "vitest";
import { answer, approving, aStory, attempts, mend, minute } from "./world.ts";

const first = answer({
  plan: { summary: "Add them.", steps: ["Rewrite the shop.", "@bob <!-- x -->"], files: ["total.sh"] },
});
const second = answer({
  plan: {
    summary: "Add the two numbers.",
    steps: ["Print the sum in total.sh."],
    files: ["total.sh"],
    verification: "sh test.sh",
    estimate: "1 minute",
  },
});
const strays = `echo stray > stray.txt; git add -A; git commit -qm stray; git push origin "HEAD:refs/heads/$LOOP_BRANCH" && echo "the push was taken" || echo "the push was refused"`;

test("a labelled plan is made, changed by a person and approved; the work follows it, and nothing was pushed before", async () => {
  const story = await aStory({
    executor: attempts(`${strays}; ${first}`, second, mend),
    reviewer: approving,
  });
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop:plan-first");
  story.forge.as("alice").label(issue, "loop");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_plan");
  expect(issue.labels.map(({ name }) => name).sort()).toEqual(["loop", "loop:needs-human", "loop:plan-first"]);
  const log = (await story.state(issue)).attempts[0]?.runs[0]?.logSha256 ?? "";
  expect(await story.app().store.getArtifact(log)).toContain("the push was refused");
  const shown = story.comments(issue).at(-1) ?? "";
  expect(shown).toContain("### The plan");
  expect(shown).toContain("1. Rewrite the shop.");
  expect(shown).toContain("Comment `/loop approve` to have the work done by this plan");
  expect(shown).not.toContain("<!-- x -->");

  story.forge.as("carol").comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_plan");
  story.forge.as("bob").comment(issue, "/loop approve but leave the shop alone");
  await story.settle();
  expect(story.comments(issue).at(-1)).toContain("a plan is approved as it stands");
  await story.restart({ loseStore: true });
  story.forge.as("bob").comment(issue, "/loop plan Leave the shop alone.");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_plan");
  const briefs = async (run: number) => {
    const { attempts: all } = await story.state(issue);
    const sha = all[run]?.runs[0]?.briefSha256 ?? "";
    return (await story.app().store.getArtifact(sha)) ?? "";
  };
  expect(await briefs(1)).toContain("Rewrite the shop.");
  expect(await briefs(1)).toContain("Leave the shop alone.");

  story.forge.as("alice").comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(await briefs(2)).toContain("The plan that alice approved");
  expect(await briefs(2)).toContain("1. Print the sum in total.sh.");
  const { attempts: tried } = await story.state(issue);
  expect(tried.map(({ plans, counted, head }) => [plans === true, counted, head !== null])).toEqual([
    [true, false, false],
    [true, false, false],
    [false, true, true],
  ]);
  const review = tried[2]?.runs.find(({ role }) => role === "reviewer")?.briefSha256 ?? "";
  expect(await story.app().store.getArtifact(review)).toContain("A person approved this plan before the work began.");
});

test("a plan that the policy wants first and nobody answers is reminded once, ends, and is still good for a late yes", async () => {
  const story = await aStory({ executor: attempts(second, mend), policy: "plan: first\n" });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_plan");
  const before = story.comments(issue).length;
  await story.advance(49 * 60 * minute);
  expect(story.comments(issue).slice(before)).toHaveLength(1);
  expect(story.comments(issue).at(-1)).toContain("The plan has been waiting for an answer since");
  await story.advance(14 * 24 * 60 * minute);
  expect((await story.state(issue)).ending?.of).toBe("plan_expired");
  expect(story.comments(issue).at(-1)).toContain("Nobody answered the plan in time");
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("a plan is refused, and nothing was begun; an agent that gives none is let do nothing either", async () => {
  const story = await aStory({ executor: attempts(second, mend), policy: "plan: first\n" });
  const issue = await story.startLoop();
  story.forge.as("bob").comment(issue, "/loop deny Not now.");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "plan_denied", by: "bob", resume: "execute" });
  expect(story.comments(issue).at(-1)).toContain("bob refused the plan, so nothing was begun");
  story.forge.as("bob").comment(issue, "/loop retry");
  await story.settle();
  expect((await story.state(issue)).ending?.of).toBe("no_plan");
  expect((await story.state(issue)).head).toBeNull();
});
