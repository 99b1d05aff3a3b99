// What deliveries become: a table of payloads shaped like GitHub's, and what is ignored with which reason.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Self, Translated } from "../../../src/github/deliveries/translated.ts";
import { handledEvents, translate } from "../../../src/github/deliveries/webhook.ts";
import { payload, payloadNames } from "../payloads.ts";

const self: Self = { appId: 42, slug: "loopgate", triggerLabels: ["loop"], newLoopId: () => "k3f9" };
const mona = { id: 9001, login: "mona", bot: false };
const hugo = { id: 9002, login: "hugo", bot: false };
const us = { id: 7001, login: "loopgate[bot]", type: "Bot" };
const otherBot = { id: 7002, login: "renovate[bot]", type: "Bot" };
const b = "b".repeat(40);
const c = "c".repeat(40);

type Changes = Record<string, unknown>;
type Events = Extract<Translated, { kind: "event" }>["events"];

const eventOf = (name: string) =>
  handledEvents
    .filter((event) => `${name}-`.startsWith(`${event.replaceAll("_", "-")}-`))
    .sort((x, y) => y.length - x.length)[0] ?? name;
const translated = (name: string, changes: Changes = {}) => translate(eventOf(name), payload(name, changes), self);
const event = (route: unknown, ...events: Events) => ({ kind: "event", repositoryId: 815001, route, events });
const ignored = (reason: string) => ({ kind: "ignored", reason });

const branch = "loop/12-k3f9";
const theRepository = { installationId: 4711, repositoryId: 815001, owner: "acme", name: "shop" };
const pullRef = { installationId: 4711, repositoryId: 815001, owner: "acme", name: "shop", number: 13 };
type Row = readonly [title: string, name: string, changes: Changes, expected: unknown];

describe("is an event:", () => {
  const cases: readonly Row[] = [
    [
      "a person sets the trigger label",
      "issues-labeled",
      {},
      event(
        { issue: 12 },
        {
          type: "labelled",
          issue: { installationId: 4711, repositoryId: 815001, owner: "acme", name: "shop", number: 12 },
          loop: "k3f9",
          title: "Cart total ignores the discount",
          label: "loop",
          actor: mona,
          setAt: expect.any(Number),
        },
      ),
    ],
    [
      "a person removes the trigger label",
      "issues-unlabeled",
      {},
      event({ issue: 12 }, { type: "unlabelled", actor: mona }),
    ],
    ["a person closes the issue", "issues-closed", {}, event({ issue: 12 }, { type: "issue_closed", actor: mona })],
    [
      "a bot closes the issue",
      "issues-closed",
      { sender: otherBot },
      event({ issue: 12 }, { type: "issue_closed", actor: { id: 7002, login: "renovate[bot]", bot: true } }),
    ],
    [
      "the issue is deleted (F67)",
      "issues-deleted",
      {},
      event({ issue: 12 }, { type: "issue_gone", why: "issue_deleted" }),
    ],
    [
      "the issue is transferred (F67)",
      "issues-transferred",
      {},
      event({ issue: 12 }, { type: "issue_gone", why: "issue_transferred" }),
    ],
    [
      "a person gives a command",
      "issue-comment-created",
      {},
      event(
        { issue: 12 },
        {
          type: "command",
          command: { verb: "status", argument: "", actor: mona, commentId: 4100000077 },
          on: {
            issue: { installationId: 4711, repositoryId: 815001, owner: "acme", name: "shop", number: 12 },
            label: "loop",
          },
        },
      ),
    ],
    [
      "a person gives a command on the pull request",
      "issue-comment-created",
      { issue: { number: 13, pull_request: { url: "…" } } },
      event(
        { pull: 13 },
        { type: "command", command: { verb: "status", argument: "", actor: mona, commentId: 4100000077 } },
      ),
    ],
    [
      "a person gives a command by a button of our pages",
      "issue-comment-created",
      { comment: { performed_via_github_app: { id: 42 } } },
      event(
        { issue: 12 },
        { type: "command", command: expect.objectContaining({ actor: mona }), on: expect.anything() },
      ),
    ],
    [
      "someone edits our comment (T16)",
      "issue-comment-edited",
      {},
      event({ issue: 12 }, { type: "record_edited", comment: 4100000077, actor: hugo }),
    ],
    [
      "someone deletes our comment (T16)",
      "issue-comment-deleted",
      {},
      event({ issue: 12 }, { type: "record_deleted", comment: 4100000077, actor: hugo }),
    ],
    [
      "someone deletes a comment we wrote for a person",
      "issue-comment-deleted",
      { comment: { user: { id: 9001, login: "mona", type: "User" }, performed_via_github_app: { id: 42 } } },
      event({ issue: 12 }, { type: "record_deleted", comment: 4100000077, actor: hugo }),
    ],
    [
      "the pull request is merged (F68)",
      "pull-request-closed",
      {},
      event({ pull: 13 }, { type: "pull_closed", merged: true, actor: hugo }),
    ],
    [
      "the pull request is closed unmerged (F68)",
      "pull-request-closed",
      { pull_request: { merged: false } },
      event({ pull: 13 }, { type: "pull_closed", merged: false, actor: hugo }),
    ],
    [
      "someone moves the pull request's head",
      "pull-request-synchronize",
      {},
      event({ branch }, { type: "branch_moved", head: c, actor: hugo }),
    ],
    [
      "a fork's branch of the same name moves (T11)",
      "pull-request-synchronize",
      { pull_request: { head: { repo: { id: 999 } } } },
      event({ issue: 13 }, { type: "policy_proposed", pull: pullRef, head: c, base: "main" }),
    ],
    [
      "a deleted fork's branch moves",
      "pull-request-synchronize",
      { pull_request: { head: { repo: null } } },
      event({ issue: 13 }, { type: "policy_proposed", pull: pullRef, head: c, base: "main" }),
    ],
    ...(["opened", "reopened", "synchronize"] as const).map(
      (action): Row => [
        `people have a pull request (${action})`,
        "pull-request-synchronize",
        { action, pull_request: { head: { ref: "feature" } } },
        event({ issue: 13 }, { type: "policy_proposed", pull: pullRef, head: c, base: "main" }),
      ],
    ),
    [
      "a bot has its pull request go to another branch",
      "pull-request-synchronize",
      {
        action: "edited",
        sender: otherBot,
        changes: { base: { ref: { from: "main" } } },
        pull_request: { head: { ref: "feature" }, base: { ref: "next" } },
      },
      event({ issue: 13 }, { type: "policy_proposed", pull: pullRef, head: c, base: "next" }),
    ],
    [
      "anybody gives the issue priority",
      "issues-labeled",
      { label: { name: "Loop:Priority-High" }, issue: { labels: [{ name: "loop:priority-high" }] }, sender: otherBot },
      event({ issue: 12 }, { type: "priority_set", priority: "high" }),
    ],
    [
      "one of two priorities is taken off",
      "issues-unlabeled",
      { label: { name: "loop:priority-high" }, issue: { labels: [{ name: "loop:priority-low" }] } },
      event({ issue: 12 }, { type: "priority_set", priority: "low" }),
    ],
    [
      "the policy on the default branch changes",
      "push",
      {
        ref: "refs/heads/main",
        repository: { default_branch: "main" },
        commits: [{ added: [], modified: ["README.md", ".github/loop.yml"], removed: [] }],
      },
      event({ issue: 0 }, { type: "schedules_seen", repository: theRepository }),
    ],
    [
      "we ourselves merge to the default branch, in a push that lists no commits",
      "push",
      { ref: "refs/heads/main", repository: { default_branch: "main" }, commits: [], sender: us },
      event({ issue: 0 }, { type: "schedules_seen", repository: theRepository }),
    ],
    ["someone pushes to the branch", "push", {}, event({ branch }, { type: "branch_moved", head: c, actor: hugo })],
    [
      "another bot pushes to the branch",
      "push",
      { sender: otherBot },
      event({ branch }, { type: "branch_moved", head: c, actor: { id: 7002, login: "renovate[bot]", bot: true } }),
    ],
    [
      "someone deletes the branch",
      "push",
      { deleted: true, after: "0".repeat(40) },
      event({ branch }, { type: "branch_deleted", actor: hugo }),
    ],
    [
      "a person reviews",
      "pull-request-review-submitted",
      {},
      event({ pull: 13 }, { type: "review_submitted", actor: hugo, head: b }),
    ],
    [
      "a person dismisses a review",
      "pull-request-review-dismissed",
      {},
      event({ pull: 13 }, { type: "review_submitted", actor: hugo, head: b }),
    ],
    [
      "the merge queue takes the pull request out, told as by the App that put it in",
      "pull-request-closed",
      { action: "dequeued", reason: "CI_FAILURE", sender: us },
      event({ pull: 13 }, { type: "queue_left", head: b }),
    ],
    [
      "a check run completes",
      "check-run-completed",
      {},
      event({ head: b }, { type: "ci_changed", head: b, name: "test", failed: true, suite: "going" }),
    ],
    [
      "the last check run of its suite completes",
      "check-run-completed",
      { check_run: { conclusion: "success", check_suite: { status: "completed", conclusion: "success" } } },
      event({ head: b }, { type: "ci_changed", head: b, name: "test", passed: true, suite: "done" }),
    ],
    [
      "a check run completes of which no suite is told",
      "check-run-completed",
      { check_run: { check_suite: null } },
      event({ head: b }, { type: "ci_changed", head: b, name: "test", failed: true }),
    ],
    [
      "a check suite completes",
      "check-suite-completed",
      {},
      event({ head: b }, { type: "ci_changed", head: b, name: null, passed: true }),
    ],
    [
      "a check suite completes in another way",
      "check-suite-completed",
      { check_suite: { conclusion: "startup_failure" } },
      event({ head: b }, { type: "ci_changed", head: b, name: null }),
    ],
    [
      "a check ends as neither passed nor failed",
      "check-run-completed",
      { check_run: { conclusion: "skipped" } },
      event({ head: b }, { type: "ci_changed", head: b, name: "test", suite: "going" }),
    ],
    [
      "a commit status is set",
      "status",
      {},
      event({ head: b }, { type: "ci_changed", head: b, name: "ci/lint", passed: true }),
    ],
    [
      "the repository is deleted",
      "repository-deleted",
      {},
      event({ repository: true }, { type: "issue_gone", why: "repository_deleted" }),
    ],
    [
      "the repository is archived",
      "repository-deleted",
      { action: "archived" },
      event({ repository: true }, { type: "issue_gone", why: "repository_archived" }),
    ],
    [
      "the repository is made public (T28)",
      "repository-publicized",
      {},
      event({ repository: true }, { type: "issue_gone", why: "repository_publicized" }),
    ],
    [
      "the repository is renamed (F36)",
      "repository-renamed",
      {},
      event({ repository: true }, { type: "renamed", owner: "acme", name: "shop" }),
    ],
    [
      "the repository is private again (T28)",
      "repository-publicized",
      { action: "privatized" },
      event({ repository: true }, { type: "issue_back", installationId: 4711 }),
    ],
    [
      "the installation is no longer suspended (F33)",
      "installation-suspend",
      { action: "unsuspend" },
      {
        kind: "event",
        repositoryId: null,
        route: { installation: 4711 },
        events: [{ type: "issue_back", installationId: 4711 }],
      },
    ],
    [
      "the App is installed again, under another id (F33)",
      "installation-deleted",
      { action: "created", installation: { id: 4712 }, repositories: [{ id: 815001 }] },
      {
        kind: "event",
        repositoryId: null,
        route: { repositories: [815001] },
        events: [{ type: "issue_back", installationId: 4712 }],
      },
    ],
    [
      "repositories come to the installation again",
      "installation-repositories-removed",
      { action: "added", repositories_added: [{ id: 815001 }], repositories_removed: [] },
      {
        kind: "event",
        repositoryId: null,
        route: { repositories: [815001] },
        events: [{ type: "issue_back", installationId: 4711 }],
      },
    ],
    [
      "a repository is made for an account that gave the App all of its own",
      "installation-repositories-removed",
      {
        action: "added",
        repositories_added: [{ id: 815001 }],
        repositories_removed: [],
        repository_selection: "all",
      },
      {
        kind: "event",
        repositoryId: null,
        route: { repositories: [815001], unchosen: true },
        events: [{ type: "issue_back", installationId: 4711 }],
      },
    ],
    [
      "the App is uninstalled",
      "installation-deleted",
      {},
      {
        kind: "event",
        repositoryId: null,
        route: { installation: 4711 },
        events: [{ type: "issue_gone", why: "app_uninstalled" }],
      },
    ],
    [
      "the installation is suspended",
      "installation-suspend",
      {},
      {
        kind: "event",
        repositoryId: null,
        route: { installation: 4711 },
        events: [{ type: "issue_gone", why: "app_suspended" }],
      },
    ],
    [
      "repositories leave the installation",
      "installation-repositories-removed",
      {},
      {
        kind: "event",
        repositoryId: null,
        route: { repositories: [815001, 815002] },
        events: [{ type: "issue_gone", why: "access_removed" }],
      },
    ],
  ];

  test.each(cases)("%s", (_, name, changes, expected) => {
    expect(translated(name, changes)).toEqual(expected);
  });
});

describe("is ignored:", () => {
  const cases: readonly [title: string, name: string, changes: Changes, reason: string][] = [
    ["an issue opened with the trigger label (T1)", "issues-opened", {}, "issues.opened changes no loop"],
    [
      "a label on a pull request that comes as an issue",
      "issues-labeled",
      { issue: { pull_request: {} } },
      "a pull request cannot be a loop",
    ],
    [
      "another label is set, also by a bot",
      "issues-labeled",
      { label: { name: "bug" }, sender: otherBot },
      "the label is not the one that starts loops",
    ],
    [
      "a bot sets the trigger label (T1)",
      "issues-labeled",
      { sender: otherBot },
      "a bot neither starts nor ends a loop",
    ],
    [
      "a bot removes the trigger label (T1)",
      "issues-unlabeled",
      { sender: otherBot },
      "a bot neither starts nor ends a loop",
    ],
    ["a label of our own (T19)", "issues-labeled", { sender: us }, "we changed the label ourselves"],
    [
      "our own removal of the trigger label (T19)",
      "issues-unlabeled",
      { sender: us },
      "we changed the label ourselves",
    ],
    ["an issue we closed", "issues-closed", { sender: us }, "we closed the issue ourselves"],
    ["a comment of our own (T19)", "issue-comment-created", { sender: us }, "we wrote the comment ourselves"],
    ["a command by a bot (T19)", "issue-comment-created", { sender: otherBot }, "commands of bots do not count"],
    [
      "a command by another App in a person's name (T1)",
      "issue-comment-created",
      { comment: { performed_via_github_app: { id: 43 } } },
      "a comment that an App wrote is no person's command",
    ],
    [
      "a command by our App in the name of somebody else than who sent it (T1)",
      "issue-comment-created",
      { comment: { user: { id: 9002, login: "hugo", type: "User" }, performed_via_github_app: { id: 42 } } },
      "a comment that an App wrote is no person's command",
    ],
    [
      "a command in the second line (T23)",
      "issue-comment-created",
      { comment: { body: "Hello\n/loop stop" } },
      "the first line of the comment is no command",
    ],
    [
      "a comment without text",
      "issue-comment-created",
      { comment: { body: null } },
      "the first line of the comment is no command",
    ],
    [
      "a command edited into a comment (T23)",
      "issue-comment-edited",
      { comment: { user: { id: 9002, login: "hugo", type: "User" }, body: "/loop stop" } },
      "the comment is none of ours",
    ],
    ["our own edit of our comment", "issue-comment-edited", { sender: us }, "we changed our comment ourselves"],
    [
      "an edit that changes no text",
      "issue-comment-edited",
      { changes: { body: undefined } },
      "the text of the comment did not change",
    ],
    [
      "an edit that does not say what changed",
      "issue-comment-edited",
      { changes: undefined },
      "the text of the comment did not change",
    ],
    [
      "a comment of a deleted account",
      "issue-comment-deleted",
      { comment: { user: null } },
      "the comment is none of ours",
    ],
    [
      "a pull request on which a bot sets the trigger label",
      "pull-request-labeled",
      { sender: { id: 8, login: "helper[bot]", type: "Bot" } },
      "a bot neither starts nor ends a loop",
    ],
    [
      "a pull request with another label",
      "pull-request-labeled",
      { label: { name: "bug" } },
      "labels of a pull request change no loop",
    ],
    ["a pull request we merged", "pull-request-closed", { sender: us }, "we changed the pull request ourselves"],
    [
      "a loop's own pull request, opened by a person",
      "pull-request-synchronize",
      { action: "opened" },
      "the branch is a loop's, whose changes its own rules judge",
    ],
    [
      "a title that is edited",
      "pull-request-synchronize",
      { action: "edited", changes: { title: { from: "Add" }, body: { from: "" } } },
      "what is edited changes no loop",
    ],
    [
      "a pull request without a base",
      "pull-request-synchronize",
      { pull_request: { head: { ref: "feature" }, base: undefined } },
      "the pull request names no base",
    ],
    ["our own push (T19)", "push", { sender: us }, "we pushed ourselves"],
    [
      "a push to main that leaves the policy alone",
      "push",
      { ref: "refs/heads/main", repository: { default_branch: "main" }, commits: [{ modified: ["README.md"] }] },
      "the branch is no loop's",
    ],
    [
      "a push of the policy to another branch",
      "push",
      { ref: "refs/heads/dev", repository: { default_branch: "main" }, commits: [{ modified: [".github/loop.yml"] }] },
      "the branch is no loop's",
    ],
    [
      "a push to main",
      "push",
      { ref: "refs/heads/main", repository: { default_branch: "trunk" } },
      "the branch is no loop's",
    ],
    ["a pushed tag named like a branch", "push", { ref: "refs/tags/loop/12-k3f9" }, "the push is to no branch"],
    ["a review by a bot", "pull-request-review-submitted", { sender: otherBot }, "reviews of bots do not count"],
    [
      "an edited review",
      "pull-request-review-submitted",
      { action: "edited" },
      "pull_request_review.edited changes no loop",
    ],
    [
      "a review of no commit",
      "pull-request-review-submitted",
      { review: { commit_id: null } },
      "the review is about no commit",
    ],
    [
      "our own check run",
      "check-run-completed",
      { check_run: { name: "loop / review", app: { id: 42 } } },
      "the check run is ours",
    ],
    ["a check run that begins", "check-run-completed", { action: "created" }, "check_run.created changes no loop"],
    ["our own check suite", "check-suite-completed", { check_suite: { app: { id: 42 } } }, "the check suite is ours"],
    ["a pending status", "status", { state: "pending" }, "the status is still pending"],
    ["an edited repository", "repository-renamed", { action: "edited" }, "repository.edited changes no loop"],
    [
      "another App's installation",
      "installation-deleted",
      { installation: { app_id: 43 } },
      "the installation is another App's",
    ],
    ["a ping", "ping", {}, 'the event "ping" is not handled'],
    [
      "an issue without a number",
      "issues-labeled",
      { issue: { number: undefined } },
      "the payload is malformed at issue.number",
    ],
    [
      "a delivery without an installation",
      "issues-labeled",
      { installation: undefined },
      "the payload is malformed at installation",
    ],
    [
      "a number that is text",
      "check-run-completed",
      { repository: { id: "815001" } },
      "the payload is malformed at repository.id",
    ],
  ];

  test.each(cases)("%s", (_, name, changes, reason) => {
    expect(translated(name, changes)).toEqual(ignored(reason));
  });

  test.each(["constructor", "__proto__", "toString", "", "issues.labeled"])(
    "the event %j, which nobody knows",
    (name) => {
      expect(translate(name, payload("issues-labeled"), self)).toEqual(
        ignored(`the event ${JSON.stringify(name)} is not handled`),
      );
    },
  );

  test.each([[null], [1], ["text"], [[]], [{}]])("the payload %j", (body) => {
    for (const name of handledEvents) expect(translate(name, body, self)).toMatchObject({ kind: "ignored" });
  });
});

test("a signed body replayed under another event's name is ignored (T17)", () => {
  for (const name of payloadNames) {
    for (const other of handledEvents.filter((event) => event !== eventOf(name))) {
      expect([other, name, translate(other, payload(name), self)]).toMatchObject([other, name, { kind: "ignored" }]);
    }
  }
});

test("label names are compared without regard to case, as GitHub does", () => {
  expect(translate("issues", payload("issues-labeled"), { ...self, triggerLabels: ["agent", "Loop"] })).toMatchObject({
    events: [{ type: "labelled" }],
  });
});

test("a command in a body of over 65,536 characters is found, and its argument cut", () => {
  const body = `/loop steer ${"x".repeat(70_000)}\n${"y".repeat(1_000_000)}`;
  const result = translated("issue-comment-created", { comment: { body } });
  const command = result.kind === "event" && result.events[0]?.type === "command" && result.events[0].command;
  expect(command && [command.verb, command.argument.length]).toEqual(["steer", 4_000]);
});

/** JSON that often has the keys and values translators look for, so that every branch is reached. */
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(
      null,
      true,
      0,
      12,
      -1,
      1e300,
      "",
      "open",
      "loop",
      "loop/1",
      "refs/heads/loop/1",
      "/loop stop",
      "Bot",
      "User",
    ),
    fc.constantFrom(
      "labeled",
      "unlabeled",
      "closed",
      "deleted",
      "created",
      "edited",
      "completed",
      "submitted",
      "synchronize",
    ),
    fc.jsonValue(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        "id",
        "login",
        "type",
        "name",
        "number",
        "state",
        "labels",
        "ref",
        "head",
        "repo",
        "body",
        "user",
      ),
      tie("value"),
    ),
  ),
})).value;

test("no JSON makes the translation throw, whatever the event is called (F26)", () => {
  const changes = fc.dictionary(
    fc.constantFrom(
      "action",
      "issue",
      "comment",
      "pull_request",
      "review",
      "sender",
      "repository",
      "installation",
      "check_run",
      "ref",
      "label",
      "changes",
    ),
    anyJson,
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...handledEvents),
      fc.constantFrom(...payloadNames),
      changes,
      anyJson,
      (name, base, over, body) => {
        for (const one of [body, payload(base, over)])
          expect(["event", "ignored"]).toContain(translate(name, one, self).kind);
      },
    ),
    { numRuns: 1_000 },
  );
});
