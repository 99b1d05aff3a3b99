// The port's REST half against the forge: each effect once, however often it is asked for, in as few requests as can be.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { CheckRunDraft } from "../../src/engine/ports.ts";
import { githubClients } from "../../src/github/client/octokit.ts";
import { githubPort } from "../../src/github/port.ts";
import { accountOf, type Setup, setUp } from "./setup.ts";

let up: Setup;

beforeAll(async () => {
  up = await setUp();
});

afterAll(() => up.close());

const marker = "<!-- loopgate:status k3f9 -->";
const asked = "read GET /repos/{owner}/{repo}/collaborators/{username}/permission";

describe("permission", () => {
  test.each([
    ["alice", "admin"],
    ["mike", "maintain"],
    ["carol", "write"],
    ["tess", "triage"],
    ["rita", "read"],
    ["nobody", "none"],
  ])("of %s is %s, in one request (T1)", async (login, expected) => {
    expect(await up.port.permission(up.where, accountOf(up, login))).toBe(expected);
    expect(up.sent()).toEqual([asked]);
  });

  test("of someone who does not exist is none", async () => {
    expect(await up.port.permission(up.where, accountOf(up, "who-is-this"))).toBe("none");
    expect(up.sent()).toEqual([asked, "read GET /user/{number}"]);
  });

  test("is the person's under another login, and never of whoever has the old one now (T21)", async () => {
    const sue = up.forge.createUser("sue");
    const { actor } = up.forge.as("alice");
    up.forge.world.addCollaborator(actor, up.repository, sue, "triage");
    const known = accountOf(up, "sue");
    up.forge.as("sue").rename("susan");
    expect(await up.port.permission(up.where, known)).toBe("triage");
    up.forge.world.addCollaborator(actor, up.repository, up.forge.createUser("sue"), "admin");
    expect(await up.port.permission(up.where, known)).toBe("triage");
    up.forge.as("susan").leave();
    expect(await up.port.permission(up.where, known)).toBe("none");
    up.sent();
  });
});

describe("a comment", () => {
  test("is created in one request and edited in one", async () => {
    const { issue, ref } = up.newIssue();
    const id = await up.port.createComment(ref, `Queued. ${marker}`, marker, false);
    expect(await up.port.editComment(ref, id, `Running. ${marker}`)).toBe(true);
    expect(issue.comments.map(({ body, user }) => [body, user.login])).toEqual([
      [`Running. ${marker}`, `${up.forge.app.slug}[bot]`],
    ]);
    expect(up.sent()).toEqual([
      "write POST /repos/{owner}/{repo}/issues/{number}/comments",
      "write PATCH /repos/{owner}/{repo}/issues/comments/{number}",
    ]);
  });

  test("whose creation was answered by a cut connection is adopted, not made again (F27)", async () => {
    const { issue, ref } = up.newIssue();
    up.forge.failNext(`POST /repos/:owner/:repo/issues/${issue.number}/comments`, { status: "cut", applyEffect: true });
    const lost = up.port.createComment(ref, `Queued. ${marker}`, marker, false);
    await expect(lost).rejects.toMatchObject({ kind: "unavailable", retry: "later" });
    const id = await up.port.createComment(ref, `Queued. ${marker}`, marker, true);
    expect(issue.comments.map((comment) => comment.id)).toEqual([id]);
  });

  test("that carries our marker but is someone else's is not adopted (T16)", async () => {
    const { issue, ref } = up.newIssue();
    const copy = up.forge.as("carol").comment(issue, `Copied. ${marker}`);
    const id = await up.port.createComment(ref, `Queued. ${marker}`, marker, true);
    expect(id).not.toBe(copy.id);
    expect(issue.comments).toHaveLength(2);
  });

  test("is found behind a hundred others, the oldest first", async () => {
    const { issue, ref } = up.newIssue();
    for (let n = 0; n < 100; n++) up.forge.as("carol").comment(issue, `${n}`);
    const first = await up.port.createComment(ref, `One. ${marker}`, marker, false);
    await up.port.createComment(ref, `Two. ${marker}`, marker, false);
    expect(await up.port.createComment(ref, `Three. ${marker}`, marker, true)).toBe(first);
    expect(issue.comments).toHaveLength(102);
  });

  test("that is gone is reported as gone (F65)", async () => {
    const { issue, ref } = up.newIssue();
    const id = await up.port.createComment(ref, "Queued.", marker, false);
    const [comment] = issue.comments;
    if (comment) up.forge.as("alice").deleteComment(comment);
    expect(await up.port.editComment(ref, id, "Running.")).toBe(false);
  });

  test("on a locked issue is a fault that says so (F34)", async () => {
    const { issue, ref } = up.newIssue();
    const refusal = { status: 403, body: { message: "Unable to create comment because issue is locked." } };
    up.forge.failNext(`POST /repos/:owner/:repo/issues/${issue.number}/comments`, refusal);
    const error = await up.port.createComment(ref, "Queued.", marker, false).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({
      kind: "refused",
      retry: "never",
      message: `Could not comment on acme/shop#${issue.number}: GitHub answered 403: Unable to create comment because issue is locked. It is not tried again by itself.`,
    });
  });
});

test("a reaction is set in one request, and to a comment that is gone it is nothing", async () => {
  const { issue, ref } = up.newIssue();
  const comment = up.forge.as("alice").comment(issue, "/loop status");
  up.sent();
  await up.port.react(ref, comment.id, "eyes");
  expect(up.sent()).toEqual(["write POST /repos/{owner}/{repo}/issues/comments/{number}/reactions"]);
  expect(comment.reactions.map((reaction) => reaction.content)).toEqual(["eyes"]);
  up.forge.as("alice").deleteComment(comment);
  await up.port.react(ref, comment.id, "rocket");
});

const bug = { add: ["bug"], remove: [] };

describe("labels of ours", () => {
  const names = (issue: { labels: readonly { name: string }[] }) => issue.labels.map(({ name }) => name).sort();
  const toGate = { add: ["loop:needs-human"], remove: ["loop:running", "loop:done", "loop:stopped"] };

  test("of a crowd of loops that begin at once in a repository without our labels, one makes them", async () => {
    const crowd = await setUp();
    onTestFinished(crowd.close);
    const refs = Array.from({ length: 5 }, () => crowd.newIssue().ref);
    for (const ref of refs) await crowd.port.readClaim(ref);
    crowd.sent();
    await Promise.all(refs.map((ref) => crowd.port.changeLabels(ref, { add: ["loop:running"], remove: [] })));
    const sent = crowd.sent();
    expect(sent.filter((one) => one !== "mutation ChangeLabels")).toEqual(["mutation CreateLabels"]);
    expect(sent).toHaveLength(6);
  });

  test("come and go in one request after a claim was read, and two once where the repository lacks them", async () => {
    const { issue, ref } = up.newIssue();
    up.forge.as("alice").label(issue, "Loop");
    await up.port.readClaim(ref);
    up.sent();
    await up.port.changeLabels(ref, {
      add: ["loop:running"],
      remove: ["loop:needs-human", "loop:done", "loop:stopped"],
    });
    expect(up.sent()).toEqual(["mutation CreateLabels", "mutation ChangeLabels"]);
    await up.port.changeLabels(ref, toGate);
    expect(names(issue)).toEqual(["Loop", "loop:needs-human"]);
    await up.port.changeLabels(ref, { add: ["loop:done"], remove: ["loop:running", "loop:needs-human", "loop"] });
    expect(names(issue)).toEqual(["loop:done"]);
    expect(up.sent()).toEqual(["mutation ChangeLabels", "mutation ChangeLabels"]);
    expect(up.repository.labels.find(({ name }) => name === "loop:done")?.description).toContain("ended well");
  });

  test("leave what others set meanwhile, whatever was known before", async () => {
    const { issue, ref } = up.newIssue();
    await up.port.readClaim(ref);
    up.forge.as("alice").label(issue, "security");
    up.forge.as("alice").label(issue, "loop:running");
    await up.port.changeLabels(ref, toGate);
    expect(names(issue)).toEqual(["loop:needs-human", "security"]);
    await up.port.changeLabels(ref, toGate); // doing it twice is doing it once
    expect(names(issue)).toEqual(["loop:needs-human", "security"]);
  });

  test("are looked up where nothing is known of them, and again when one was deleted and made anew", async () => {
    const { issue, ref } = up.newIssue();
    await up.port.changeLabels(ref, toGate);
    expect(names(issue)).toEqual(["loop:needs-human"]);
    for (const label of up.repository.labels.splice(0)) up.forge.world.nodes.delete(label.nodeId);
    issue.labels = [];
    up.forge.as("alice").label(issue, "loop:running");
    up.sent();
    await up.port.changeLabels(ref, toGate);
    expect(names(issue)).toEqual(["loop:needs-human"]);
    expect(up.sent()).toContain("query ReadLabels");
  });

  test("that another loop created at the same moment are used, not created again", async () => {
    const { issue, ref } = up.newIssue();
    up.repository.labels.splice(0);
    await up.port.readClaim(ref);
    const { issue: other, ref: there } = up.newIssue();
    await up.port.readClaim(there);
    for (const name of ["loop:needs-human", "loop:stopped"]) up.forge.as("alice").label(other, name);
    await up.port.changeLabels(ref, toGate);
    expect(names(issue)).toEqual(["loop:needs-human"]);
    expect(up.repository.labels.filter(({ name }) => name === "loop:needs-human")).toHaveLength(1);
  });
});

describe("a pull request", () => {
  const draftOf = (head: string) => ({ head, base: "main", title: "Fix the total", body: "For #1.", draft: true });

  test("is opened as a draft in one request", async () => {
    const { ref } = up.newIssue();
    await up.forge.as("carol").push(up.repository, "loop/1-a", { "total.ts": "1\n" }, "Fix");
    up.sent();
    const pull = await up.port.openPull(ref, { ...draftOf("loop/1-a"), title: "x".repeat(300) }, false);
    expect(up.sent()).toEqual(["write POST /repos/{owner}/{repo}/pulls"]);
    const made = up.repository.issues.get(pull.number);
    expect([made?.pull?.draft, made?.pull?.nodeId, made?.title.length]).toEqual([true, pull.nodeId, 256]);
    expect(pull.url).toMatch(new RegExp(`/acme/shop/pull/${pull.number}$`));
  });

  test("that is already there is adopted: by a look first, or after GitHub's refusal (F27)", async () => {
    const { ref } = up.newIssue();
    await up.forge.as("carol").push(up.repository, "loop/1-b", { "total.ts": "2\n" }, "Fix");
    const pull = await up.port.openPull(ref, draftOf("loop/1-b"), false);
    up.sent();
    expect(await up.port.openPull(ref, draftOf("loop/1-b"), true)).toEqual(pull);
    expect(up.sent()).toEqual(["read GET /repos/{owner}/{repo}/pulls"]);
    expect(await up.port.openPull(ref, draftOf("loop/1-b"), false)).toEqual(pull);
  });

  test("of a branch that is not there, or not there yet, is a fault that may pass", async () => {
    const { ref } = up.newIssue();
    const opened = up.port.openPull(ref, draftOf("loop/none"), false);
    await expect(opened).rejects.toMatchObject({ kind: "not_found", retry: "later" });
  });

  test("leaves its draft and is described anew in one request, which tells what was there before", async () => {
    const { ref } = up.newIssue();
    await up.forge.as("carol").push(up.repository, "loop/1-g", { "total.ts": "5\n" }, "Fix");
    const { number, nodeId } = await up.port.openPull(ref, draftOf("loop/1-g"), false);
    const made = up.repository.issues.get(number);
    up.sent();
    expect(await up.port.markReady(up.where, nodeId, "Why.")).toEqual({ before: draftOf("").body, written: true });
    expect([made?.body, made?.pull?.draft]).toEqual(["Why.", false]);
    expect(up.sent()).toEqual(["mutation MarkReady"]);
    expect(await up.port.markReady(up.where, nodeId, "Again.")).toEqual({ before: "Again.", written: false }); // ready all along
    await up.port.editPullBody(up.where, number, "Once more.");
    expect(await up.port.readPullBody(up.where, nodeId)).toBe("Once more.");
  });

  test("keeps its description where GitHub refuses another one", async () => {
    const { ref } = up.newIssue();
    await up.forge.as("carol").push(up.repository, "loop/1-h", { "total.ts": "6\n" }, "Fix");
    const { number } = await up.port.openPull(ref, draftOf("loop/1-h"), false);
    const route = `PATCH /repos/:owner/:repo/pulls/${number}`;
    up.forge.failNext(route, { status: 422, body: { message: "Validation Failed" } });
    await up.port.editPullBody(up.where, number, "Why.");
    expect(up.repository.issues.get(number)?.body).toBe(draftOf("").body);
    up.forge.failNext(route, { status: 502 });
    await expect(up.port.editPullBody(up.where, number, "Why.")).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("gets its reviewers in one request, and none for nobody", async () => {
    const { ref } = up.newIssue();
    await up.forge.as("carol").push(up.repository, "loop/1-c", { "total.ts": "3\n" }, "Fix");
    const { number } = await up.port.openPull(ref, draftOf("loop/1-c"), false);
    up.sent();
    await up.port.requestReviewers(up.where, number, ["alice"]);
    await up.port.requestReviewers(up.where, number, []);
    expect(up.sent()).toEqual(["write POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers"]);
    const asked = up.repository.issues.get(number)?.pull?.requestedReviewers.map((user) => user.login);
    expect(asked).toEqual(["alice"]);
  });
});

describe("a merge", () => {
  async function readyPull(branch: string) {
    const head = await up.forge.as("carol").push(up.repository, branch, { [`${branch}.txt`]: "1\n" }, "Add");
    const pull = await up.forge
      .as("carol")
      .openPull(up.repository, { title: "Add", head: branch, base: "main", body: "" });
    up.sent();
    return { head, number: pull.issue.number, pull };
  }

  test("of the exact head takes one request", async () => {
    const { head, number, pull } = await readyPull("loop/2-a");
    expect(await up.port.merge(up.where, number, head)).toEqual({ ok: true });
    expect(pull.merged).toBe(true);
    expect(up.sent()).toEqual(["write PUT /repos/{owner}/{repo}/pulls/{number}/merge"]);
  });

  test("that comes too close upon another into the same branch is one to try again, and works then (F28)", async () => {
    let late: Awaited<ReturnType<typeof readyPull>> | undefined;
    for (let pair = 0; late === undefined && pair < 10; pair++) {
      const both = [await readyPull(`loop/2-d${pair}`), await readyPull(`loop/2-e${pair}`)];
      const tries = await Promise.allSettled(both.map(({ head, number }) => up.port.merge(up.where, number, head)));
      const refused = tries.findIndex(({ status }) => status === "rejected");
      if (refused < 0) continue; // not close enough
      late = both[refused];
      expect(tries[refused]).toMatchObject({ reason: { name: "Fault", kind: "conflict", retry: "later" } });
      expect(tries[1 - refused]).toMatchObject({ value: { ok: true } });
    }
    expect(await up.port.merge(up.where, late?.number ?? 0, late?.head ?? "")).toEqual({ ok: true });
  });

  test("of another head than the one that is there merges nothing, and may be overtaken by what moved it (T21)", async () => {
    const { number, pull } = await readyPull("loop/2-b");
    await expect(up.port.merge(up.where, number, "0".repeat(40))).rejects.toMatchObject({
      kind: "conflict",
      retry: "later",
      message: expect.stringContaining("GitHub answered 409"),
    });
    expect(pull.merged).toBe(false);
  });

  test("that a rule stands in the way of is refused with GitHub's words", async () => {
    const { head, number, pull } = await readyPull("loop/2-r");
    const rule = { requiredChecks: [{ context: "never run", appId: null }], requiredApprovals: 0 };
    const setRule = (next: typeof rule | null) =>
      up.forge.world.setRule(up.forge.as("alice").actor, up.repository, "main", next);
    setRule(rule);
    onTestFinished(() => setRule(null));
    const result = await up.port.merge(up.where, number, head);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("never run") });
    expect(pull.merged).toBe(false);
  });

  test("that was done although no answer came is a success when tried again (F27)", async () => {
    const { head, number } = await readyPull("loop/2-c");
    up.forge.failNext(`PUT /repos/:owner/:repo/pulls/${number}/merge`, { status: 502, applyEffect: true });
    await expect(up.port.merge(up.where, number, head)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await up.port.merge(up.where, number, head)).toEqual({ ok: true });
  });
});

describe("a check run", () => {
  const draft = (head: string, annotations = 1): CheckRunDraft => ({
    name: "loop / review",
    head,
    externalId: "k3f9/1",
    conclusion: "failure",
    title: "One finding",
    summary: "é".repeat(40_000),
    text: "",
    annotations: Array.from({ length: annotations }, (_, n) => ({
      path: "total.ts",
      line: n,
      message: `no ${n}`,
      level: "failure",
    })),
  });
  const runs = () => up.repository.runs.filter((run) => run.name === "loop / review");

  test("is published in one request, its fields within GitHub's limit", async () => {
    const head = await up.forge.as("carol").push(up.repository, "loop/3-a", { "a.txt": "1\n" }, "Add");
    up.sent();
    await up.port.publishCheck(up.where, draft(head), false);
    expect(up.sent()).toEqual(["write POST /repos/{owner}/{repo}/check-runs"]);
    const [run] = runs().filter((one) => one.headSha === head);
    expect(run).toMatchObject({
      status: "completed",
      conclusion: "failure",
      externalId: "k3f9/1",
      output: { title: "One finding" },
    });
    expect(run?.output.summary).toBe("é".repeat(32_767)); // 65,534 bytes, and no half character
    expect(run?.output.annotations).toMatchObject([
      { path: "total.ts", startLine: 1, message: "no 0", level: "failure" },
    ]);
  });

  test("with more than 50 annotations takes a request for each further 50", async () => {
    const head = await up.forge.as("carol").push(up.repository, "loop/3-b", { "b.txt": "1\n" }, "Add");
    up.sent();
    await up.port.publishCheck(up.where, draft(head, 101), false);
    expect(up.sent()).toHaveLength(3);
    expect(runs().find((run) => run.headSha === head)?.output.annotations).toHaveLength(101);
  });

  test("whose creation was answered by nothing is completed, not made again (F27)", async () => {
    const head = await up.forge.as("carol").push(up.repository, "loop/3-c", { "c.txt": "1\n" }, "Add");
    up.forge.failNext("POST /repos/:owner/:repo/check-runs", { status: "cut", applyEffect: true });
    await expect(up.port.publishCheck(up.where, draft(head), false)).rejects.toMatchObject({ kind: "unavailable" });
    await up.port.publishCheck(up.where, { ...draft(head), conclusion: "success" }, true);
    expect(runs().filter((run) => run.headSha === head)).toMatchObject([{ conclusion: "success" }]);
  });
});

describe("git access", () => {
  test("is a token for this repository's contents alone, and revoked is dead (T18)", async () => {
    const access = await up.port.gitAccess(up.where, "write");
    expect(access.url).toBe(`${up.forge.url}/acme/shop.git`);
    const token = up.forge.world.tokens.get(access.token);
    expect(token).toMatchObject({ permissions: { contents: "write", metadata: "read" }, revoked: false });
    expect([...(token?.repositoryIds ?? [])]).toEqual([up.repository.id]);
    await access.revoke();
    expect(token?.revoked).toBe(true);
    await access.revoke();
  });

  test("revokes its own token, never the installation's", async () => {
    const access = await up.port.gitAccess(up.where, "read");
    await access.revoke();
    up.sent();
    expect(await up.port.permission(up.where, accountOf(up, "alice"))).toBe("admin");
    expect(up.sent()).toHaveLength(1);
  });
});

describe("the clients", () => {
  test("get a new token when the old one is taken back (F32)", async () => {
    await up.port.permission(up.where, accountOf(up, "alice"));
    for (const token of up.forge.world.tokens.values()) if (token.installation) token.revoked = true;
    await expect(up.port.permission(up.where, accountOf(up, "alice"))).rejects.toMatchObject({
      kind: "forbidden",
      retry: "later",
    });
    expect(await up.port.permission(up.where, accountOf(up, "alice"))).toBe("admin");
  });

  test("wait for nothing and try nothing twice by themselves (F28, F31)", async () => {
    const limit = {
      status: 403,
      headers: { "retry-after": "30" },
      body: { message: "You have exceeded a secondary rate limit" },
    };
    const { ref } = up.newIssue();
    await up.port.readClaim(ref);
    await up.port.changeLabels(ref, bug);
    up.sent();
    const route = "graphql mutation ChangeLabels";
    up.forge.failNext(route, { status: 500 });
    await expect(up.port.changeLabels(ref, bug)).rejects.toMatchObject({ kind: "unavailable" });
    up.forge.failNext(route, limit);
    const before = Date.now();
    const error: unknown = await up.port.changeLabels(ref, bug).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: "rate_limited", retry: "later" });
    expect(error instanceof Fault && error.retryAt).toBeGreaterThanOrEqual(before + 30_000);
    expect(up.sent()).toHaveLength(2);
    // I18: until then nothing is sent at all.
    const told = { kind: "rate_limited", retryAt: (error as Fault).retryAt };
    await expect(up.port.changeLabels(ref, bug)).rejects.toMatchObject(told);
    expect(up.sent()).toEqual([]);
  });

  test("say what is left of the hour, and give up on an answer that does not come", async () => {
    const quotas: unknown[] = [];
    const { id: appId, privateKey, slug } = up.forge.app;
    const options = { appId, privateKey, baseUrl: up.forge.url, throttle: false };
    const self = { appId, slug };
    const clients = githubClients({ ...options, onQuota: (quota) => quotas.push(quota) });
    const port = githubPort({ clients, self, now: Date.now, gitBaseUrl: up.forge.url });
    await port.permission(up.where, accountOf(up, "alice"));
    expect(quotas.at(-1)).toMatchObject({ installationId: up.where.installationId, resource: "core", limit: 5_000 });

    const hasty = githubClients({ ...options, timeoutMs: 0 });
    const noPatience = githubPort({ clients: hasty, self, now: Date.now, gitBaseUrl: up.forge.url });
    await expect(noPatience.permission(up.where, accountOf(up, "alice"))).rejects.toMatchObject({
      kind: "unavailable",
      retry: "later",
    });
  });

  test("with pacing on, still answer a limit at once", async () => {
    const { id: appId, privateKey, slug } = up.forge.app;
    const clients = githubClients({ appId, privateKey, baseUrl: up.forge.url, throttle: true });
    const port = githubPort({ clients, self: { appId, slug }, now: Date.now, gitBaseUrl: up.forge.url });
    const { ref } = up.newIssue();
    const limit = {
      status: 429,
      headers: { "retry-after": "3600" },
      body: { message: "You have exceeded a secondary rate limit" },
    };
    up.forge.failNext(({ path }) => path.endsWith("/graphql"), limit);
    await expect(port.changeLabels(ref, bug)).rejects.toMatchObject({ kind: "rate_limited" });
  });
});
