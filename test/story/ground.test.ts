// The ground under a loop goes away, comes back, or changes its name: the App, the repository, who may see it.
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { until } from "../until.ts";
import { aStory, mend, minute, type Story } from "./world.ts";

/** A loop whose executor is at work, and goes on once `go` is called. */
async function atWork(): Promise<{
  story: Story;
  issue: Issue;
  owner: Parameters<Story["forge"]["world"]["archive"]>[0];
  go(): void;
}> {
  const dir = await mkdtemp(join(tmpdir(), "ground-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const flag = join(dir, "go");
  const story = await aStory({ executor: `while [ ! -e "${flag}" ]; do sleep 0.05; done; ${mend}` });
  story.repository.private = true;
  const issue = story.openIssue();
  story.forge.as("alice").label(issue, "loop");
  await story.reaches(issue, "executing");
  await until(() => issue.labels.some(({ name }) => name === "loop:running"));
  return {
    story,
    issue,
    owner: { user: story.repository.owner, app: null },
    go: () => {
      if (!existsSync(flag)) writeFileSync(flag, "");
    },
  };
}

/** What the App asked GitHub to change since then: comments, labels, pushes, pull requests; refused or not. */
function writesSince({ forge }: Story, from: number): string[] {
  const isWrite = (kind: string) => /^(POST|PUT|PATCH|DELETE) |^graphql mutation|^git push/.test(kind);
  const asked = forge.requests.slice(from).filter(({ caller }) => caller.kind === "installation");
  return asked.map(({ kind }) => kind).filter(isWrite);
}

async function approved(story: Story, issue: Issue): Promise<void> {
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
}

const installationOf = ({ forge }: Story) => {
  const [found] = forge.world.installations.filter(({ app }) => app.slug === "loopgate");
  if (found === undefined) throw new Error("the App is not installed");
  return found;
};

type Owner = Awaited<ReturnType<typeof atWork>>["owner"];

test.each<{
  what: string;
  away(story: Story, owner: Owner): void;
  back?(story: Story, owner: Owner): void;
  why: string;
}>([
  {
    what: "the installation is suspended",
    away: (story, owner) => story.forge.world.suspend(owner, installationOf(story), true),
    back: (story, owner) => story.forge.world.suspend(owner, installationOf(story), false),
    why: "The App's installation was suspended.",
  },
  {
    what: "the App is uninstalled",
    away: (story, owner) => story.forge.world.deleteInstallation(owner, installationOf(story)),
    back: (story, owner) => {
      const [app] = story.forge.world.apps.filter(({ slug }) => slug === "loopgate");
      if (app !== undefined) story.forge.world.install(owner, app, story.repository);
    },
    why: "The App was uninstalled.",
  },
  {
    what: "the repository leaves the installation",
    away: (story, owner) => story.forge.world.uninstall(owner, installationOf(story), story.repository),
    back: (story, owner) => {
      const { app } = installationOf(story);
      story.forge.world.install(owner, app, story.repository);
    },
    why: "The App's access to the repository was removed.",
  },
  {
    what: "the repository is archived",
    away: (story, owner) => story.forge.world.archive(owner, story.repository, true),
    back: (story, owner) => story.forge.world.archive(owner, story.repository, false),
    why: "The repository was archived.",
  },
  {
    what: "the repository is made public",
    away: (story, owner) => story.forge.world.setPrivate(owner, story.repository, false),
    back: (story, owner) => story.forge.world.setPrivate(owner, story.repository, true),
    why: "The repository was made public.",
  },
  {
    what: "the repository is transferred to another account",
    away: (story, owner) =>
      story.forge.world.transferRepository(owner, story.repository, story.forge.createUser("umbrella")),
    why: "The repository was transferred to another owner.",
  },
  {
    what: "the repository is deleted",
    away: (story, owner) => story.forge.world.deleteRepository(owner, story.repository),
    why: "The repository was deleted.",
  },
])(
  "F33, F36, T28: $what: the loop stops before any further write, and says so once it can",
  async ({ away, back, why }) => {
    const { story, issue, owner, go } = await atWork();
    const from = story.forge.requests.length;
    const said = issue.comments.length;
    away(story, owner);
    await story.settle();
    expect((await story.state(issue)).ending).toMatchObject({ reason: "cancelled", of: "out_of_reach" });
    await story.advance(60 * minute);
    expect(writesSince(story, from)).toEqual([]);
    expect(issue.comments).toHaveLength(said);
    if (back === undefined) return;
    back(story, owner);
    await story.settle();
    expect(issue.labels.map(({ name }) => name)).toEqual(["loop:stopped"]);
    expect(story.comments(issue)[0]).toContain("### Loopgate stopped: cancelled\n\nWhy, and what to do next");
    expect(story.comments(issue).at(-1)).toContain(`**Loopgate stopped: cancelled.** ${why}`);
    go();
    story.forge.as("alice").label(issue, "loop");
    await story.settle();
    await approved(story, issue);
  },
);

test("F33: a permission that is taken away stops the loop with the words of GitHub's refusal; given back, /loop retry goes on", async () => {
  const { story, issue, go } = await atWork();
  const installation = installationOf(story);
  const { permissions } = installation;
  installation.permissions = { ...permissions, contents: "read" };
  go();
  await story.settle();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "infrastructure_error", resume: "publish" });
  expect(ending?.quote).toContain("Could not get a token for the contents of acme/shop");
  expect(story.comments(issue).at(-1)).toContain("/loop retry");
  installation.permissions = permissions;
  story.forge.as("alice").comment(issue, "/loop retry");
  await story.settle();
  await approved(story, issue);
});

test.each([
  { what: "a rename", heard: true },
  { what: "a rename that nobody heard of", heard: false },
])("F36: $what changes nothing: the loop goes on in the same thread", async ({ heard }) => {
  const { story, issue, owner, go } = await atWork();
  if (!heard) story.forge.dropDeliveriesWhere(({ event }) => event === "repository");
  story.forge.world.renameRepository(owner, story.repository, "store");
  await story.forge.idle();
  go();
  await story.settle();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect((await story.state(issue)).issue.name).toBe(heard ? "store" : "shop");
  await approved(story, issue);
  expect(story.comments(issue)).toHaveLength(3);
});

test("F36, T28: another repository that takes the old name gets nothing of the loop", async () => {
  const { story, issue, owner, go } = await atWork();
  story.forge.world.renameRepository(owner, story.repository, "store");
  const other = await story.forge.createRepository({
    owner: "acme",
    name: "shop",
    collaborators: { alice: "maintain" },
  });
  const twin = story.forge.as("alice").openIssue(other, { title: "Another issue of the same number" });
  expect(twin.number).toBe(issue.number);
  await story.forge.idle();
  go();
  await story.settle();
  await approved(story, issue);
  expect(twin.comments).toEqual([]);
  expect(other.issues.size).toBe(1);
});
