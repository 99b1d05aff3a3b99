// The demo's parts by themselves: its lines, its summary, and its clearing up.
import { describe, expect, test } from "vitest";
import { createCleanup } from "../../src/cli/cleanup.ts";
import type { SeenRun } from "../../src/cli/demo-runtime.ts";
import { runLine, worldLine } from "../../src/cli/demo-steps.ts";
import { requestsLine, summarize } from "../../src/cli/demo-summary.ts";
import { createWatch } from "../../src/cli/demo-watch.ts";
import type { WorldEvent } from "../../src/forge/core.ts";
import type { RequestEntry } from "../../src/forge/http/requests.ts";
import { anAttempt, aPublishedLoop, aRun } from "../loop/builder.ts";

describe("clearing up", () => {
  test("goes backwards, and one failure does not keep the rest from being cleared", async () => {
    const cleanup = createCleanup();
    const done: string[] = [];
    cleanup.add("the first", async () => done.push("first"));
    cleanup.add("the second", async () => {
      throw new Error("it is stuck");
    });
    cleanup.add("the third", async () => done.push("third"));
    expect(await cleanup.run()).toEqual(["Could not clean up the second: it is stuck"]);
    expect(done).toEqual(["third", "first"]);
    expect(await cleanup.run()).toEqual([]);
  });
});

function event(name: string, action: string | null, body: Record<string, unknown>): WorldEvent {
  const actor = { user: { login: "alice" } };
  return { event: name, action, actor, repository: null, onlyApp: null, body } as unknown as WorldEvent;
}

describe("lines", () => {
  const sha = "0123456789abcdef";
  test.each<[WorldEvent, string | null]>([
    [event("issues", "opened", { issue: { number: 1, title: "Sort" } }), "alice opens issue #1: Sort"],
    [event("push", null, { ref: "refs/heads/loop/1-a", after: sha }), "alice pushes 0123456 to loop/1-a"],
    [
      event("issue_comment", "created", { comment: { body: "<!-- x -->\n\n### Attempt 1: `red`\nmore" } }),
      "alice comments: Attempt 1: red",
    ],
    [
      event("pull_request", "opened", { pull_request: { number: 2, draft: true, head: { sha } } }),
      "alice opens draft pull request #2",
    ],
    [
      event("pull_request_review", "submitted", { review: { state: "CHANGES_REQUESTED", commit_id: sha } }),
      "alice reviews 0123456: changes requested",
    ],
    [
      event("check_run", "completed", {
        check_run: { name: "ci / test", conclusion: "failure", head_sha: sha, output: { title: null } },
      }),
      "ci / test on 0123456: failure",
    ],
    [event("check_suite", "completed", {}), null],
    [event("issue_comment", "edited", { comment: { body: "x" } }), null],
  ])("%# say what happened, or nothing", (happened, line) => {
    expect(worldLine(happened)).toBe(line);
  });

  const facts = {
    isolated: true,
    network: "none",
    readonlyRoot: true,
    user: "1:1",
    capabilitiesDropped: ["ALL"],
    capabilitiesAdded: [] as string[],
  };
  const seen = (more: object, outcome: object | null = null) =>
    ({
      request: { id: "1-k3f9-1", role: "executor", attempt: 1 },
      running: { facts: { ...facts, ...more } },
      outcome,
    }) as unknown as SeenRun;

  test("a container that is less than sealed is shouted", () => {
    expect(runLine(seen({}))).toBe(
      "executor of attempt 1 runs in a container: network none, read-only root, user 1:1, no capabilities",
    );
    const setUp = seen({});
    const itsId = { ...setUp, request: { ...setUp.request, id: "1-k3f9-1-setup", role: "check" as const } };
    expect(runLine(itsId)).toMatch(/^set-up of attempt 1 runs in a container/);
    expect(runLine(seen({ readonlyRoot: false }))).toContain("WRITABLE ROOT");
    expect(runLine(seen({ capabilitiesAdded: ["NET_RAW"] }))).toContain("WITH CAPABILITIES");
    expect(runLine(seen({ capabilitiesDropped: [] }))).toContain("WITH CAPABILITIES");
    expect(runLine(seen({ isolated: false }))).toContain("without isolation");
  });

  test("a run that ended badly says why", () => {
    const outcome = { status: "timed_out", startedAt: 1000, endedAt: 3500, note: "Past its deadline." };
    expect(runLine(seen({}, outcome))).toBe("executor of attempt 1 ran out of time after 2.5 s: Past its deadline.");
  });
});

describe("the watch", () => {
  test("says what moves the loop, wakes whoever waits, and is silent once muted", async () => {
    const said: string[] = [];
    const watch = createWatch((line) => said.push(line));
    const changed = watch.changed();
    watch.log.info({ before: "queued", after: "queued", note: "nothing new" }, "decided");
    await changed;
    watch.log.info({ before: "queued", after: "preparing", note: "attempt 1 begins" }, "decided");
    watch.log.info({ guid: "1" }, "delivery");
    watch.log.warn({ err: new Error("GitHub answered 503") }, "an effect waits");
    watch.mute();
    watch.log.error({}, "the store is closed");
    expect(said).toEqual(["loop: queued → preparing (attempt 1 begins)", "! an effect waits: GitHub answered 503"]);
  });
});

describe("the summary", () => {
  const request = (kind: string, group: RequestEntry["group"], who: string): RequestEntry =>
    ({ kind, group, caller: { kind: who } }) as unknown as RequestEntry;

  test("counts the App's requests by kind, without tokens, git and people, and holds no log against the floor", () => {
    const summary = summarize({
      state: null,
      runs: [],
      briefs: new Map(),
      requests: [
        request("GET /a", "rest", "installation"),
        request("GET /a", "rest", "installation"),
        request("graphql Gate", "graphql", "installation"),
        request("git push", "git", "installation"),
        request("GET /repos/:owner/:repo/actions/jobs/:id/logs", "rest", "installation"),
        request("mint token", "token", "app"),
        request("GET /a", "rest", "person"),
      ],
      startedAt: 0,
      endedAt: 1500,
      addresses: { thread: "t", pull: null },
      thread: "",
      pullThread: null,
    });
    const kinds = { "GET /a": 2, "GET /repos/:owner/:repo/actions/jobs/:id/logs": 1, "graphql Gate": 1 };
    expect(summary.requests).toEqual({ kinds, total: 4, logs: 1, floor: 13, ratio: 0.23 });
    expect(summary).toMatchObject({ reason: null, attempts: [] });
    expect(requestsLine(summary)).toBe(
      "4 requests to GitHub, 1 of them for the log of a job that failed; the floor for as many attempts (0) is 13: 0.23 ×",
    );
  });

  test("has the last lines of a run that failed, as the thread has them, and none of another", () => {
    const failed = aRun({ id: "12-k3f9-1", status: "failed", exitCode: 127, said: "sh: work-on-it: not found" });
    const state = aPublishedLoop({ attempts: [anAttempt({ number: 1, runs: [failed, aRun({ id: "12-k3f9-2" })] })] });
    const seen = (id: string) =>
      ({ request: { id, role: "executor", attempt: 1 }, running: { facts: {} }, outcome: null }) as unknown as SeenRun;
    const summary = summarize({
      state,
      runs: [seen("12-k3f9-1"), seen("12-k3f9-2")],
      briefs: new Map(),
      requests: [],
      startedAt: 0,
      endedAt: 1500,
      addresses: { thread: "t", pull: null },
      thread: "",
      pullThread: null,
    });
    expect(summary.attempts.flatMap(({ runs }) => runs.map((run) => run.last_lines))).toEqual([
      "sh: work-on-it: not found",
      null,
    ]);
  });
});
