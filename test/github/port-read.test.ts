// The port's reads against the forge: everything about one moment in one query, or a fault, never a part.
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { Fault } from "../../src/base/fault.ts";
import type { Pull } from "../../src/forge/model.ts";
import { policyText, type Setup, setUp } from "./setup.ts";

let up: Setup;

beforeAll(async () => {
  up = await setUp();
});

afterAll(() => up.close());

const idOf = (login: string) => up.forge.as(login).user.id;
const person = (login: string) => ({ id: idOf(login), login, bot: false });
const botLogin = () => `${up.forge.app.slug}[bot]`;

describe("the claim", () => {
  test("is read in one query: issue, comments, labels, base and policy", async () => {
    const { issue, ref } = up.newIssue({ title: "Total", body: "Off by a cent." });
    up.forge.as("alice").label(issue, "loop");
    const said = up.forge.as("carol").comment(issue, "See the invoice.");
    const ours = await up.port.createComment(ref, "Queued.", "Queued", false);
    up.sent();
    const claim = await up.port.readClaim(ref);
    expect(up.sent()).toEqual(["query ReadClaim"]);
    expect(claim).toEqual({
      open: true,
      hasRecord: false,
      isPull: false,
      locked: false,
      title: "Total",
      body: "Off by a cent.",
      labels: ["loop"],
      comments: [
        {
          id: said.id,
          author: person("carol"),
          association: "COLLABORATOR",
          body: "See the invoice.",
          at: expect.any(Number),
        },
        {
          id: ours,
          author: { id: expect.any(Number), login: botLogin(), bot: true },
          association: expect.any(String),
          body: "Queued.",
          at: expect.any(Number),
        },
      ],
      base: { branch: "main", sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
      policy: { text: policyText, sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
      policyFault: null,
      files: new Map(),
      assignable: expect.any(Array),
    });
    expect(Math.abs((claim.comments[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test("says when the issue is closed or locked, and reads every comment, a hundred a request", async () => {
    const { issue, ref } = up.newIssue({ body: "" });
    for (let n = 0; n < 230; n++) up.forge.as("carol").comment(issue, `${n}`);
    up.forge.as("alice").lock(issue);
    up.forge.as("alice").close(issue);
    up.sent();
    const claim = await up.port.readClaim(ref);
    expect([claim.open, claim.locked, claim.body]).toEqual([false, true, ""]);
    expect(claim.comments.map(({ body }) => body)).toEqual(Array.from({ length: 230 }, (_, n) => `${n}`));
    expect(up.sent()).toEqual(["query ReadClaim", "query ReadEarlierComments", "query ReadEarlierComments"]);
  });

  test("of a pull request reads nothing of it", async () => {
    await up.forge.as("carol").push(up.repository, "feature", { "f.txt": "1\n" }, "Add");
    const pull = await up.forge
      .as("carol")
      .openPull(up.repository, { title: "Add", head: "feature", base: "main", body: "" });
    expect(await up.port.readClaim({ ...up.where, number: pull.issue.number })).toMatchObject({
      isPull: true,
      open: false,
      title: "",
    });
  });

  test("of an issue that is not there is a fault", async () => {
    await expect(up.port.readClaim({ ...up.where, number: 9_999 })).rejects.toMatchObject({ kind: "not_found" });
  });

  test("is refused when the name now means another repository (T28)", async () => {
    const { ref } = up.newIssue();
    const error = await up.port.readClaim({ ...ref, repositoryId: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({
      kind: "not_found",
      retry: "never",
      message: expect.stringContaining("another repository"),
    });
  });

  test("reads the files that an environment may come from in the same query, and others at a commit, each whole or not at all", async () => {
    const files = {
      ".devcontainer.json": "{}\n",
      ".devcontainer/devcontainer.json/a": "a folder\n",
      "compose.yaml": "services: {}\n",
    };
    const repository = await setUp({ files });
    try {
      const { ref } = repository.newIssue();
      const { files: found, base } = await repository.port.readClaim(ref);
      expect([...found]).toEqual([
        [".devcontainer/devcontainer.json", null],
        [".devcontainer.json", "{}\n"],
      ]);
      repository.sent();
      const named = await repository.port.readFiles(ref, base.sha, ["compose.yaml", "none", ".devcontainer"]);
      expect([...named]).toEqual([
        ["compose.yaml", "services: {}\n"],
        [".devcontainer", null],
      ]);
      expect(repository.sent()).toEqual(["query ReadFiles"]);
    } finally {
      await repository.close();
    }
  });

  test("finds no policy where there is none, and refuses a folder in its place", async () => {
    const bare = await setUp({ files: { "README.md": "#\n" } });
    const folder = await setUp({ files: { ".github/loop.yml/oops.txt": "1\n" } });
    try {
      expect((await bare.port.readClaim(bare.newIssue().ref)).policy).toBeNull();
      expect(await folder.port.readClaim(folder.newIssue().ref)).toMatchObject({
        policy: null,
        policyFault: "`.github/loop.yml` is not a file",
      });
    } finally {
      await bare.close();
      await folder.close();
    }
  });

  test("asks for the owner's policy where the repository has none, in one request more", async () => {
    const bare = await setUp({ files: { "README.md": "#\n" } });
    try {
      const { ref } = bare.newIssue();
      const read = async () => {
        bare.sent();
        const { policy, policyFault } = await bare.port.readClaim(ref);
        expect(bare.sent()).toEqual(["query ReadClaim", "read GET /repos/{owner}/{repo}/contents/.github%2Floop.yml"]);
        return { policy, policyFault };
      };
      expect(await read()).toEqual({ policy: null, policyFault: null });
      const defaults = { owner: "acme", name: ".github", private: false, files: { "README.md": "#\n" } };
      const common = await bare.forge.createRepository({ ...defaults, collaborators: { alice: "admin" } });
      expect(await read()).toEqual({ policy: null, policyFault: null });
      const sha = expect.stringMatching(/^[0-9a-f]{40}$/);
      const file = { ".github/loop.yml": "attempts: 2 # für alle\n" };
      await bare.forge.as("alice").push(common, "main", file, "Say it for all");
      expect(await read()).toEqual({
        policy: { text: "attempts: 2 # für alle\n", sha, of: "acme/.github" },
        policyFault: null,
      });
      const of = (place: string) => ({
        policy: null,
        policyFault: `\`.github/loop.yml\` of acme/.github is in ${place} now, to which GitHub still leads: it counts only in a repository called acme/.github`,
      });
      const alice = { user: bare.forge.as("alice").user, app: null };
      bare.forge.world.renameRepository(alice, common, "old-defaults");
      expect(await read()).toEqual(of("acme/old-defaults"));
      bare.forge.world.transferRepository(alice, common, bare.forge.as("carol").user);
      bare.forge.world.installations[0]?.repositoryIds.add(common.id); // as GitHub shows any public repository
      expect(await read()).toEqual(of("carol/old-defaults"));
    } finally {
      await bare.close();
    }
  });

  test.each([
    ["cut off in the middle (F39)", { status: 200, body: '{"data":' }, "invalid"],
    [
      "with facts and an error",
      { status: 200, body: { data: { repository: {} }, errors: [{ message: "Something went wrong" }] } },
      "unavailable",
    ],
    ["of another shape", { status: 200, body: { data: { repository: { databaseId: "x" } } } }, "invalid"],
  ])("answered %s is a fault to be tried again", async (_, fault, kind) => {
    const { ref } = up.newIssue();
    up.forge.failNext(/graphql$/, fault);
    await expect(up.port.readClaim(ref)).rejects.toMatchObject({ kind, retry: "later" });
  });
});

async function openLoopPull(branch: string): Promise<{ head: string; pull: Pull; number: number }> {
  const head = await up.forge.as("carol").push(up.repository, branch, { [`${branch}.txt`]: "1\n" }, "Add");
  const draft = { head: branch, base: "main", title: "Add", body: "", draft: true };
  const { number } = await up.port.openPull(up.newIssue().ref, draft, false);
  const pull = up.repository.issues.get(number)?.pull;
  if (!pull) throw new Error("the pull request was not opened");
  up.sent();
  return { head, pull, number };
}

const finding = { path: "a.ts", line: 3, message: "off by one", level: "failure" } as const;

function publish(head: string) {
  return up.port.publishCheck(
    up.where,
    {
      name: "loop / review",
      head,
      externalId: head,
      conclusion: "failure",
      title: "No",
      summary: "Short.",
      text: "Long.",
      annotations: [finding],
    },
    false,
  );
}

describe("CI", () => {
  test("is read in one query, check runs and statuses alike (I14)", async () => {
    const { head, number } = await openLoopPull("loop/1-ci");
    await publish(head);
    await up.forge.world.createStatus(up.forge.as("carol").actor, up.repository, {
      sha: head,
      state: "pending",
      context: "ci/lint",
      description: "Waiting",
      targetUrl: null,
    });
    up.sent();
    const ci = await up.port.readCi(up.where, number, head);
    expect(up.sent()).toEqual(["query ReadCi"]);
    expect({ ...ci, checks: [...ci.checks].sort((a, b) => a.name.localeCompare(b.name)) }).toEqual({
      head,
      body: "",
      pullHead: head,
      base: { branch: "main", sha: expect.any(String), mergeable: expect.toBeOneOf([true, null]) },
      closed: null,
      truncated: false,
      checks: [
        {
          name: "ci/lint",
          app: null,
          creator: { id: expect.any(Number), login: "carol", bot: false },
          done: false,
          conclusion: null,
          required: false,
          title: "Waiting",
          summary: "",
          text: "",
          url: null,
          annotations: [],
        },
        {
          name: "loop / review",
          app: { id: up.forge.app.id, slug: up.forge.app.slug },
          again: { of: "check", id: expect.any(Number) },
          done: true,
          conclusion: "failure",
          required: false,
          title: "No",
          summary: "Short.",
          text: "Long.",
          url: expect.stringMatching(/^http/),
          job: null, // only those of GitHub Actions have a log
          annotations: [{ path: "a.ts", line: 3, message: "off by one", level: "failure" }],
          startedAt: expect.any(Number),
          suite: expect.any(Number),
          workflow: null,
        },
      ],
    });
  });

  test("of a commit without checks is empty, and never green by itself", async () => {
    const { head, number } = await openLoopPull("loop/1-none");
    expect(await up.port.readCi(up.where, number, head)).toMatchObject({
      head,
      pullHead: head,
      checks: [],
      closed: null,
      truncated: false,
    });
  });

  test("says that a person closed or merged the pull request meanwhile, and who merged it (F68)", async () => {
    const closed = await openLoopPull("loop/1-closed");
    up.forge.as("carol").close(up.repository.issues.get(closed.number)!.pull!);
    expect((await up.port.readCi(up.where, closed.number, closed.head)).closed).toMatchObject({ merged: false });
    const merged = await openLoopPull("loop/1-merged");
    const carol = up.forge.as("carol");
    await carol.merge(carol.markReady(up.repository.issues.get(merged.number)!.pull!));
    expect((await up.port.readCi(up.where, merged.number, merged.head)).closed).toMatchObject({
      merged: true,
      by: { login: "carol" },
    });
  });

  test("tells the judged commit from the head that the pull request has by now (T21)", async () => {
    const { head, number } = await openLoopPull("loop/1-moved");
    const next = await up.forge.as("carol").push(up.repository, "loop/1-moved", { "b.txt": "1\n" }, "More");
    expect(await up.port.readCi(up.where, number, head)).toMatchObject({ head, pullHead: next });
  });

  test("waits for GitHub to find out whether a pull request merges, of one that is open", async () => {
    const { head, number } = await openLoopPull("loop/1-merges");
    await up.forge.as("carol").push(up.repository, "main", { "moved-base.txt": "1\n" }, "Move the base");
    expect((await up.port.readCi(up.where, number, head)).base?.mergeable).toBe(null);
    expect(await up.port.mergeabilityFound(up.where, number)).toBe(true);
    expect((await up.port.readCi(up.where, number, head)).base?.mergeable).toBe(true);
    up.forge.as("carol").close(up.repository.issues.get(number)!.pull!);
    up.sent();
    expect(await up.port.mergeabilityFound(up.where, number)).toBe(false);
    expect(up.sent()).toEqual(["query ReadMergeability"]);
  });

  test("says which checks are required", async () => {
    const { head, number } = await openLoopPull("loop/1-required");
    up.repository.rules.set("main", {
      requiredChecks: [{ context: "loop / review", appId: null }],
      requiredApprovals: 0,
      restrictPushes: false,
      allowForcePushes: false,
    });
    await publish(head);
    const ci = await up.port.readCi(up.where, number, head);
    up.repository.rules.delete("main");
    expect(ci.checks.map(({ name, required }) => [name, required])).toEqual([["loop / review", true]]);
    expect(ci.expected).toEqual([{ name: "loop / review", app: null }]);
  });

  test("of a base with more than a hundred checks is read to the last: a newer run may have taken the place of a red one", async () => {
    const { head, number } = await openLoopPull("loop/1-base");
    const { world, ciApp } = up.forge;
    const main = up.repository.issues.get(number)?.pull?.base.sha ?? "";
    const names = ["job 0", ...Array.from({ length: 105 }, (_, n) => `job ${n}`)];
    for (const [index, name] of names.entries()) {
      const conclusion = index === 0 ? "failure" : "success";
      const check = { name, headSha: main, headBranch: "main", status: "completed", conclusion } as const;
      await world.createCheckRun(world.actorOf(ciApp), up.repository, check);
    }
    up.sent();
    const { baseChecks = [] } = await up.port.readCi(up.where, number, head);
    expect(up.sent()).toEqual(["query ReadCi", "query ReadMoreBaseChecks"]);
    expect(baseChecks.map(({ name }) => name)).toEqual(names);
    up.repository.runs = up.repository.runs.filter(({ headSha }) => headSha !== main);
  });

  test("of a commit with more than a hundred check suites still shows the run that waits for a person", async () => {
    const { head, number, pull } = await openLoopPull("loop/1-suites");
    const { world, actionsApp } = up.forge;
    const by = up.forge.as("carol").actor;
    for (let n = 0; n < 103; n++) {
      const file = { name: `Workflow ${n}`, held: n === 102, jobs: [] };
      const start = {
        repository: up.repository,
        file,
        event: "pull_request",
        sha: head,
        branch: "loop/1-suites",
        pull,
      } as const;
      world.createWorkflowRun(world.actorOf(actionsApp), by, start);
    }
    up.sent();
    expect(await up.port.readCi(up.where, number, head)).toMatchObject({ held: true });
    expect(up.sent()).toEqual(["query ReadCi", "query ReadSuites"]);
  });

  test("tells a job that waits for a person to let its deployment begin", async () => {
    const { head, number } = await openLoopPull("loop/1-waits");
    const { world, ciApp } = up.forge;
    const of = { headSha: head, headBranch: "loop/1-waits" };
    const deploy = await world.createCheckRun(world.actorOf(ciApp), up.repository, { name: "deploy", ...of });
    deploy.status = "waiting"; // which only GitHub Actions can say
    await world.createCheckRun(world.actorOf(ciApp), up.repository, { name: "test", status: "queued", ...of });
    const { checks } = await up.port.readCi(up.where, number, head);
    expect(checks.map(({ name, done, waits }) => [name, done, waits])).toEqual([
      ["deploy", false, true],
      ["test", false, undefined],
    ]);
  });

  test("of a commit GitHub does not know yet may be read later (F29)", async () => {
    const { number } = await openLoopPull("loop/1-unknown");
    await expect(up.port.readCi(up.where, number, "1".repeat(40))).rejects.toMatchObject({
      kind: "not_found",
      retry: "later",
    });
  });
});

describe("the gate", () => {
  test("is read in one query: head, reviews with what their authors may do, and CI (T21)", async () => {
    const { head, number, pull } = await openLoopPull("loop/2-gate");
    await publish(head);
    const no = up.forge.as("alice").review(pull, {
      event: "REQUEST_CHANGES",
      body: "Not like this.",
      comments: [{ path: "loop/2-gate.txt", line: 1, body: "Why?" }],
    });
    const next = await up.forge.as("mike").push(up.repository, "loop/2-gate", { "c.txt": "1\n" }, "More");
    const yes = up.forge.as("rita").approve(pull);
    up.sent();
    const read = await up.port.readPull(up.where, number);
    expect(up.sent()).toEqual(["query ReadPull"]);
    expect(read).toMatchObject({ head: next, open: true, merged: null, draft: true, unread: null });
    expect(read.reviews).toEqual([
      {
        id: no.id,
        author: person("alice"),
        canPush: true,
        state: "changes_requested",
        head,
        submittedAt: expect.any(Number),
        body: "Not like this.",
        comments: [{ path: "loop/2-gate.txt", line: 1, body: "Why?", thread: expect.any(Number) }],
      },
      {
        id: yes.id,
        author: person("rita"),
        canPush: false,
        state: "approved",
        head: next,
        submittedAt: expect.any(Number),
        body: "",
        comments: [],
      },
    ]);
    expect(read.ci).toMatchObject({ head: next, pullHead: next, checks: [], truncated: false });
  });

  test("of a review with more comments on lines than a page has reads all, but those that somebody hid", async () => {
    const { number, pull } = await openLoopPull("loop/2-lines");
    const comments = Array.from({ length: 160 }, (_, n) => ({ path: "loop/2-lines.txt", line: 1, body: `Mend ${n}.` }));
    up.forge.as("alice").review(pull, { event: "REQUEST_CHANGES", body: "", comments });
    up.forge.as("alice").hide(pull.reviewComments[7]!, "outdated");
    up.forge.as("mike").review(pull, { event: "COMMENT", body: "Aside.", comments });
    up.sent();
    const { reviews } = await up.port.readPull(up.where, number);
    expect(up.sent()).toEqual(["query ReadPull", "query ReadReviewComments", "query ReadReviewComments"]);
    const shown = comments.map(({ body }) => body).filter((body) => body !== "Mend 7.");
    expect(reviews[0]?.comments.map(({ body }) => body)).toEqual(shown);
  });

  test("counts committers and co-authors among the authors, since none of them may approve (I15)", async () => {
    const { head, number } = await openLoopPull("loop/2-authors");
    const stamp = (login: string) => ({
      name: login,
      email: up.forge.as(login).user.email,
      date: "2026-11-20T10:00:00Z",
    });
    const carol = new Octokit({ auth: up.forge.as("carol").token, baseUrl: up.forge.url });
    const at = { owner: "acme", repo: "shop" };
    const { data: tip } = await carol.git.getCommit({ ...at, commit_sha: head });
    const { data: commit } = await carol.git.createCommit({
      ...at,
      message: `More\n\nCo-authored-by: rita <${stamp("rita").email}>`,
      tree: tip.tree.sha,
      parents: [head],
      author: stamp("mike"),
      committer: stamp("tess"),
    });
    await carol.git.updateRef({ ...at, ref: "heads/loop/2-authors", sha: commit.sha });
    up.sent();
    const read = await up.port.readPushes(up.where, { pull: number, branch: "loop/2-authors", until: null });
    expect(up.sent()).toEqual(["query ReadCommits", "read GET /repos/{owner}/{repo}/activity"]);
    expect(read.unread).toBe(null);
    expect(read.pushes).toEqual([
      { after: head, by: person("carol"), ours: false },
      { after: commit.sha, by: person("carol"), ours: false },
    ]);
    const ids = (...logins: string[]) => logins.map((login) => person(login).id).toSorted();
    expect(read.commits.map(({ sha, parents, people }) => ({ sha, parents, people: people.toSorted() }))).toEqual([
      { sha: head, parents: [expect.any(String)], people: ids("carol") },
      { sha: commit.sha, parents: [head], people: ids("mike", "rita", "tess") },
    ]);
  });

  test("knows the App's own pushes, and whoever pushes under its name, over more than a page (T21)", async () => {
    const branch = "loop/2-pushes";
    const { number } = await openLoopPull(branch);
    const carol = up.forge.as("carol");
    const own = up.forge.world.users.get(botLogin());
    assert(own !== undefined, "the App has an account");
    const signed = { name: own.login, email: own.email };
    await carol.push(up.repository, branch, { "d.txt": "1\n" }, "As the App", { author: signed });
    const { pushes } = await up.port.readPushes(up.where, { pull: number, branch, until: null });
    expect(pushes.at(-1)).toMatchObject({ by: person("carol"), ours: false });
    const access = await up.port.gitAccess(up.where, "write");
    const octokit = new Octokit({ auth: access.token, baseUrl: up.forge.url });
    const at = { owner: "acme", repo: "shop" };
    const sha = pushes.at(0)?.after ?? "";
    await octokit.git.updateRef({ ...at, ref: `heads/${branch}`, sha, force: true });
    // A hundred more of the same move: GitHub's second page begins there.
    const { moves } = up.repository;
    const move = moves.at(-1);
    assert(move !== undefined, "the branch moved");
    for (let count = 1; count <= 100; count++) moves.push({ ...move, id: move.id + count, at: move.at + count });
    up.sent();
    const read = await up.port.readPushes(up.where, { pull: number, branch, until: null });
    expect(up.sent()).toEqual([
      "query ReadCommits",
      "read GET /repos/{owner}/{repo}/activity",
      "read GET /repos/{owner}/{repo}/activity",
    ]);
    expect(read.pushes).toHaveLength(103);
    expect(read.pushes.map(({ ours }) => ours)).toEqual([false, false, ...Array(101).fill(true)]);
    expect(read.unread).toBe(null);
    await access.revoke();
  });

  test("leaves out pushes that came after a merge: whoever made them has no hand in what was merged (T21)", async () => {
    const branch = "loop/2-merged-pushed";
    const { number, pull } = await openLoopPull(branch);
    up.forge.as("carol").markReady(pull);
    await up.forge.as("alice").merge(pull);
    await up.forge.as("alice").push(up.repository, branch, { "late.txt": "1\n" }, "Too late");
    const { moves } = up.repository;
    const late = moves.at(-1);
    assert(late !== undefined, "the branch moved");
    moves.splice(-1, 1, { ...late, at: late.at + 10_000 });
    const { merged } = await up.port.readPull(up.where, number);
    assert(merged !== null, "it is merged");
    const pushers = async (until: number | null) =>
      (await up.port.readPushes(up.where, { pull: number, branch, until })).pushes.map(({ by }) => by?.login);
    expect(await pushers(null)).toEqual(["carol", "alice"]);
    expect(await pushers(merged.at)).toEqual(["carol"]);
  });

  test("shows a dismissed review as dismissed, and a merged pull request as merged", async () => {
    const { number, pull } = await openLoopPull("loop/2-merged");
    up.forge.as("alice").dismiss(up.forge.as("alice").approve(pull), "Changed my mind.");
    up.forge.as("carol").markReady(pull);
    await up.forge.as("alice").merge(pull);
    const read = await up.port.readPull(up.where, number);
    expect([read.open, read.merged, read.draft, read.reviews.map((review) => review.state)]).toEqual([
      false,
      { by: person("alice"), ours: false, at: expect.any(Number) },
      false,
      ["dismissed"],
    ]);
  });

  test("of a pull request that is not there is a fault", async () => {
    await expect(up.port.readPull(up.where, 9_999)).rejects.toMatchObject({ kind: "not_found" });
  });
});

describe("a draft", () => {
  test("becomes ready in one mutation, and stays so when asked again", async () => {
    const { pull } = await openLoopPull("loop/3-ready");
    await up.port.markReady(up.where, pull.nodeId, null);
    expect(pull.draft).toBe(false);
    expect(up.sent()).toEqual(["mutation MarkReady"]);
    await up.port.markReady(up.where, pull.nodeId, null);
  });

  test("that cannot be made ready is a fault", async () => {
    await expect(up.port.markReady(up.where, "PR_unknown", null)).rejects.toMatchObject({ kind: "not_found" });
  });
});
