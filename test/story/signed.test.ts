// A base branch that takes signed commits only: GitHub makes the loop's commits anew, and signs them.
import { expect, test } from "vitest";
import { readCommit } from "../../src/forge/git/commits.ts";
import { listTree } from "../../src/forge/git/history.ts";
import { listRefs } from "../../src/forge/git/refs.ts";
import type { BranchRule } from "../../src/forge/model.ts";
import { aStory, attempts, botch, brokenShop, mend, type Story, type StoryOptions } from "./world.ts";

const merging = "version: 1\ngate:\n  merge: true\n";
const commit = (message: string) => `git add -A && git commit -qm "${message}"`;
/** Two commits, with a link, a script and a file that goes. */
const modes = `${mend}; ln -s total.sh sum; git rm -q --cached old.txt; rm old.txt; ${commit("Take the old file away")}
printf '#!/bin/sh\\n' > run.sh; chmod +x run.sh; ${commit("Add a script")}`;

async function aSignedStory(options: StoryOptions, rule: Partial<BranchRule> = {}): Promise<Story> {
  const story = await aStory({ files: { ...brokenShop, "old.txt": "old\n" }, ...options });
  const { forge, repository } = story;
  forge.world.setRule({ user: repository.owner, app: null }, repository, "main", { signatures: true, ...rule });
  return story;
}

async function madeAt(story: Story, base: string, head: string) {
  const { gitDir } = story.repository;
  const found = [];
  for (let sha = head; sha !== base; ) {
    const one = await readCommit(gitDir, sha);
    if (one === undefined) break;
    found.unshift({
      signed: story.forge.world.signatures.has(sha),
      subject: one.message.split("\n")[0],
      author: one.author.name,
      committer: one.committer.name,
    });
    sha = one.parents[0] ?? base;
  }
  return found;
}

test.each([[true], [false]])(
  "GitHub signs what a loop publishes, and the merge that only takes signed commits goes through (classic: %s)",
  async (classic) => {
    const story = await aSignedStory(
      { policy: merging, executor: attempts(`${botch("red")}; ${commit("Try")}`, modes) },
      { classic },
    );
    const issue = await story.startLoop();
    const state = await story.state(issue);
    const pull = await story.pull(issue);
    expect([state.phase, state.head]).toEqual(["awaiting_gate", pull.head.sha]);
    const made = await madeAt(story, pull.base.sha, pull.head.sha);
    expect(made.map(({ subject }) => subject)).toEqual(["Try", "Take the old file away", "Add a script"]);
    const app = `${story.forge.app.slug}[bot]`;
    for (const one of made) expect(one).toMatchObject({ signed: true, author: app, committer: "GitHub" });
    const tree = await listTree(story.repository.gitDir, pull.head.sha, "");
    expect(tree?.map(({ path, mode }) => `${mode} ${path}`)).toEqual(
      expect.arrayContaining(["120000 sum", "100755 run.sh"]),
    );
    expect(tree?.map(({ path }) => path)).not.toContain("old.txt");
    expect(
      [...(await listRefs(story.repository.gitDir)).keys()].filter((ref) => ref.startsWith("refs/loopgate/")),
    ).toEqual([]);
    story.forge.as("bob").approve(pull);
    await story.settle();
    expect((await story.state(issue)).ending).toMatchObject({ reason: "task_complete", of: "approved_and_merged" });
  },
);

test("F42: a branch that was moved before the answer was lost is not moved again", async () => {
  const story = await aSignedStory({});
  story.forge.failNext("POST /repos/:owner/:repo/git/refs", { status: 502, applyEffect: true });
  const issue = await story.startLoop();
  await story.advance(120_000);
  const state = await story.state(issue);
  const pull = await story.pull(issue);
  expect([state.phase, state.head, state.othersPushed ?? false]).toEqual(["awaiting_gate", pull.head.sha, false]);
  expect(state.attempts).toHaveLength(1);
  expect(story.repository.moves.filter(({ ref }) => ref === `refs/heads/${pull.head.ref}`)).toHaveLength(1);
});

test("I8 F41: a person's commit that comes while GitHub signs stays, and the next attempt starts from it", async () => {
  const story = await aSignedStory({ executor: attempts(botch("red"), mend, mend) });
  const { forge } = story;
  let branch = "";
  forge.world.listen(({ event, body }) => {
    const ref = (body as { ref?: string }).ref ?? "";
    if (event === "push" && ref.startsWith("refs/heads/loop/")) branch ||= ref.slice("refs/heads/".length);
  });
  let isDone = false;
  forge.failNext(
    ({ method, path }) => {
      if (method !== "PATCH" || !decodeURIComponent(path).includes("/git/refs/heads/loop/") || isDone) return false;
      isDone = true;
      return true;
    },
    { status: 502 },
  );
  const issue = await story.startLoop();
  expect(isDone).toBe(true);
  await forge.as("dave").push(story.repository, branch, { "note.txt": "mine\n" }, "A note");
  await story.settle();
  await story.advance(120_000);
  const pull = await story.pull(issue);
  expect(await story.file(pull.head.sha, "note.txt")).toBe("mine\n");
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});

test("a GitHub that does not sign is said, and the commit waits", async () => {
  const story = await aSignedStory({});
  story.forge.failNext("POST /repos/:owner/:repo/git/commits", {
    status: 201,
    body: {
      sha: "a".repeat(40),
      tree: { sha: "b".repeat(40) },
      parents: [],
      message: "",
      verification: { verified: false, reason: "unsigned" },
    },
  });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "permission_required", resume: "publish" });
  expect(story.comments(issue).join("\n")).toContain("GitHub did not sign the commit that it made for the App");
});

test("what was seen of a commit holds for the one that GitHub makes of it: a rule that blocks is not lost", async () => {
  const test1 = 'test("adds", () => {\n  expect(1).toBe(1);\n});\n';
  const skip = `sed -i 's/^test(/test.skip(/' shop.test.js`;
  const waver = `echo a > odd.txt; ${commit("Try")}; rm odd.txt; ${commit("Take it back")}`;
  const story = await aSignedStory({
    files: { ...brokenShop, "shop.test.js": test1 },
    policy: "version: 1\ngaming: block\nattempts: 1\n",
    executor: `${mend}; ${skip}; ${waver}`,
  });
  const issue = await story.startLoop();
  await story.settle();
  const [attempt] = (await story.state(issue)).attempts;
  expect(attempt?.head).toBe(attempt?.verdict?.head);
  expect([attempt?.verdict?.colour, attempt?.verdict?.findings[0]?.source]).toEqual(["red", "gaming"]);
  expect(attempt?.verdict?.parts.map(({ source }) => source)).toContain("trace");
});
