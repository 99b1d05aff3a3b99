// A process whose store another one has taken meanwhile: whatever it was about to do, it does none of it.
import { describe, expect, test } from "vitest";
import { programs } from "../../src/cli/bench-postgres.ts";
import { fencedRuntime } from "../../src/container/fenced-runtime.ts";
import type { Runtime } from "../../src/container/run.ts";
import { fencedRuns } from "../../src/engine/fenced-runs.ts";
import { perform } from "../../src/engine/perform.ts";
import type { RunsPort } from "../../src/engine/ports.ts";
import { createSlots } from "../../src/engine/slots.ts";
import type { World } from "../../src/engine/world.ts";
import { githubClients } from "../../src/github/client/octokit.ts";
import { githubPort } from "../../src/github/port.ts";
import type { Effect, EffectType } from "../../src/loop/effect.ts";
import type { Command } from "../../src/loop/event.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { nextOf, sift } from "../../src/loop/still.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { sealKey } from "../../src/record/seal.ts";
import { withAccess } from "../../src/runs/origin.ts";
import { postgresStore } from "../../src/store/postgres/postgres.ts";
import { approving, aStory, mend, type Story, sealSecret } from "../story/world.ts";

const policy = `version: 1
gate:
  merge: true
schedules:
  - name: tidy
    cron: "0 6 * * *"
    title: Tidy up
    body: Look for what is left over.
`;

/** `reads`: nothing is done by it but to ask, and what came of that goes nowhere but to the store, which refuses it. */
type Sample = { readonly effect: Effect; readonly state?: LoopState; readonly tells?: "reads" };

interface Sampled {
  readonly state: LoopState;
  readonly by: Command["actor"];
  readonly comment: number;
  /** When the schedules of the policy have been due. */
  readonly at: number;
  /** A pull request that changes the policy. */
  readonly proposal: { readonly number: number; readonly head: string; readonly base: string };
}

function samples({ state, by, comment, proposal, at }: Sampled): Readonly<Record<EffectType, Sample>> {
  const { issue, head, pull } = state;
  if (head === null || pull === null) throw new Error("the loop is at its gate");
  const run = state.attempts[0]?.runs[0]?.id ?? "";
  const command = (verb: Command["verb"]): Command => ({ verb, argument: "", actor: by, commentId: comment });
  const settled: LoopState = {
    ...state,
    phase: "settled",
    ending: {
      reason: "cancelled",
      of: "stop_command",
      quote: null,
      at: 1,
      by: by.login,
      during: "awaiting_gate",
      resume: "none",
      pendingHead: null,
    } as unknown as LoopState["ending"],
  };
  const review = { verdict: "approve", summary: "", confidence: 1, findings: [] } as unknown as Extract<
    Effect,
    { type: "publish_review" }
  >["review"];
  return {
    write_status: { effect: { type: "write_status" } },
    post_attempt: { effect: { type: "post_attempt", attempt: 1 } },
    post_stop: { effect: { type: "post_stop" }, state: settled },
    reply: { effect: { type: "reply", reply: { kind: "help" } } },
    react: { effect: { type: "react", comment, content: "eyes" } },
    set_labels: { effect: { type: "set_labels", add: ["loop:done"], remove: [] } },
    answer_without_loop: {
      effect: { type: "answer_without_loop", command: command("status"), on: { issue, label: "loop" } },
    },
    run_loop: {
      effect: {
        type: "run_loop",
        issue,
        command: { ...command("run"), begins: { loop: "another", title: "", label: "loop" } },
      },
    },
    pause_all: { effect: { type: "pause_all", issue, command: command("pause-all") } },
    read_pause: { effect: { type: "read_pause" }, tells: "reads" },
    check_policy: { effect: { type: "check_policy", pull: { ...issue, number: proposal.number }, ...proposal } },
    run_schedules: { effect: { type: "run_schedules", at } },
    introduce: { effect: { type: "introduce", among: 1 } },
    remember: {
      effect: { type: "remember", notes: [{ of: "denial", by: "bob", text: "Use tabs.", path: null, url: null }] },
    },
    read_claim: { effect: { type: "read_claim" } },
    read_retry: { effect: { type: "read_retry" } },
    check_command: { effect: { type: "check_command", command: command("status") }, tells: "reads" },
    read_verdict: { effect: { type: "read_verdict", head } },
    read_closing: { effect: { type: "read_closing", actor: by }, tells: "reads" },
    start_run: { effect: { type: "start_run", run, role: "executor", attempt: 1 } },
    stop_run: { effect: { type: "stop_run", run, why: "it is over" } },
    tell_run: { effect: { type: "tell_run", run } },
    forget_run: { effect: { type: "forget_run", run, commits: true } },
    publish: { effect: { type: "publish", run, head, expected: null } },
    open_pull: { effect: { type: "open_pull" } },
    publish_verdict: { effect: { type: "publish_verdict", head, attempt: 1 } },
    publish_review: { effect: { type: "publish_review", head, attempt: 1, review } },
    publish_knock_out: {
      effect: {
        type: "publish_knock_out",
        head,
        attempt: 1,
        seen: { held: 1, notHeld: [], unknown: [], beyond: 0, idleTests: [] },
      },
    },
    rerun_checks: { effect: { type: "rerun_checks", head, checks: [{ of: "check", id: 1 }] } },
    leave_queue: { effect: { type: "leave_queue" } },
    update_branch: { effect: { type: "update_branch", head, base: state.base ?? { branch: "main", sha: head } } },
    mark_ready: { effect: { type: "mark_ready", head }, state: { ...state, pull: { ...pull, draft: true } } },
    answer_thread: { effect: { type: "answer_thread", head, thread: 1, path: "total.sh" } },
    request_reviewers: { effect: { type: "request_reviewers", logins: ["dave"] } },
    pass_gate: { effect: { type: "pass_gate" } },
    set_alarm: { effect: { type: "set_alarm", name: "rest", at: 1 } },
    clear_alarm: { effect: { type: "clear_alarm", name: "rest" } },
    answer_label: {
      effect: { type: "answer_label" },
      state: { ...state, labelledAgain: { issue, loop: "another", title: "", label: "loop", actor: by } },
      tells: "reads",
    },
    release: { effect: { type: "release" }, state: settled },
  };
}

/** An App at a loop's gate, whose store another process has taken; it may pass the gate, and has yet to hear so. */
async function overtaken() {
  const story = await aStory({ store: "postgres", policy });
  const { forge, repository } = story;
  const issue = await story.startLoop();
  const said = forge.as("alice").comment(issue, "Thanks so far.");
  await story.settle();
  const state = await story.state(issue);
  const { store } = story.app();
  const other = await postgresStore(story.storeAddress(), { onLost: () => {}, heldMs: 0 });
  forge.as("bob").approve(await story.pull(issue));
  await forge.as("bob").push(repository, "rules", { ".github/loop.yml": `attempts: 2\n${policy}` }, "Change the rules");
  const draft = { title: "Change the rules", head: "rules", base: "main" };
  const {
    issue: { number },
    head,
    base,
  } = await forge.as("bob").openPull(repository, draft);
  forge.as("alice").deleteLabel(repository, "loop:plan-first"); // an introduction would make it
  await forge.idle();
  const proposal = { number, head: head.sha, base: base.ref };
  const { id, login } = said.user;
  const of = samples({
    state,
    by: { id, login, bot: false },
    comment: said.id,
    proposal,
    at: story.clock.now() + 100 * 3_600_000,
  });
  return { story, state, store, other, of };
}

function worldOf({ forge, clock, repository }: Story, store: World["store"], did: string[]) {
  let asked = 0;
  const confirm = () => {
    asked += 1;
    return store.confirm();
  };
  const clients = githubClients({
    appId: forge.app.id,
    privateKey: forge.app.privateKey,
    baseUrl: forge.url,
    throttle: false,
    beforeWrite: confirm,
  });
  const self = { appId: forge.app.id, slug: forge.app.slug };
  const command = { command: mend, image: "toolchain" };
  const world: World = {
    clock,
    log: { info() {}, warn() {}, error() {} },
    introductions: 5,
    store,
    github: githubPort({ clients, self, now: clock.now, gitBaseUrl: forge.url }),
    runs: fencedRuns(recording<RunsPort>(did), confirm),
    slots: createSlots(
      4,
      () => {},
      () => {},
      clock.now,
    ),
    watched: new Map(),
    alone: new Set(),
    beginning: new Map(),
    operator: { bounds: generousBounds, defaults: { agent: command, reviewer: { ...command, command: approving } } },
    label: "loop",
    newLoopId: () => "another",
    sealKey: sealKey(sealSecret),
    submit: (issueKey, event, dedupe) => store.addEvent(issueKey, event, clock.now(), dedupe),
    untilStored: (work) => work(),
    decider: { sift, nextOf },
    recall: async () => "none",
    repositoryOf: async () => {
      const [installation] = forge.world.installations;
      if (installation === undefined) throw new Error("the App is not installed");
      return { installationId: installation.id, repositoryId: repository.id, owner: "acme", name: "shop" };
    },
    takeUp: async () => {},
    track: () => {},
    stopping: () => false,
  };
  return { world, asked: () => asked };
}

/** Each of its methods only notes that it was called. */
function recording<Port extends object>(did: string[]): Port {
  const note = (name: string) => async () => void did.push(name);
  const names = ["start", "stop", "forget", "publish", "stage", "unstage", "release", "sweep", "prepare", "tell"];
  const none = { left: async () => [], readHeld: async () => null };
  return { ...none, ...Object.fromEntries(names.map((name) => [name, note(name)])) } as unknown as Port;
}

const isDeed = (kind: string) => /^(?:POST|PUT|PATCH|DELETE) |mutation|git push/.test(kind);

describe.skipIf(programs() === null)("F2: with its store taken by another", () => {
  test("a process performs no effect of any kind, not even one that it had begun", async () => {
    const { story, state, store, other, of } = await overtaken();
    const issueKey = `${state.issue.repositoryId}#${state.issue.number}`;
    const came: Record<string, unknown> = {};
    for (const [type, sample] of Object.entries(of)) {
      const did: string[] = [];
      const { world, asked } = worldOf(story, store, did);
      const before = story.forge.requests.length;
      const own = sample.state ?? state;
      const stored = { key: `${own.id}/1/0`, issueKey, loop: own.id, effect: sample.effect, tries: 0, notBefore: 0 };
      const outcome = await perform(world, own, stored).then(
        () => (asked() > 0 ? "held back" : "nothing to hold back"),
        (error) => (/does not hold the store any more/.test(error.message) ? "held back" : String(error)),
      );
      const deeds = story.forge.requests
        .slice(before)
        .map(({ kind }) => kind)
        .filter(isDeed);
      came[type] = [outcome, ...did, ...deeds];
    }
    const expected = Object.entries(of).map(([type, { tells }]) => [
      type,
      [tells === "reads" ? "nothing to hold back" : "held back"],
    ]);
    expect(came).toEqual(Object.fromEntries(expected));
    await expect(store.confirm()).rejects.toMatchObject({ kind: "conflict", retry: "never" });
    await other.confirm();
    await other.close();
  }, 60_000);

  test("it begins, ends and removes no run, and pushes nothing", async () => {
    const did: string[] = [];
    const confirm = async () => Promise.reject(new Error("taken"));
    const runs = fencedRuns(recording<RunsPort>(did), confirm) as unknown as Record<string, () => Promise<void>>;
    for (const name of ["start", "stop", "forget", "publish", "stage", "unstage", "release", "sweep"])
      await expect(runs[name]?.()).rejects.toThrow("taken");
    const runtime = fencedRuntime(recording<Runtime>(did), confirm) as unknown as Record<string, () => Promise<void>>;
    for (const name of ["prepare", "start", "forget", "sweep"])
      await expect(runtime[name]?.()).rejects.toThrow("taken");
    const github = { gitAccess: async () => ({ url: "", token: "", revoke: async () => void did.push("revoked") }) };
    const parts = { github, confirm, log: { info() {}, warn() {}, error() {} } };
    const push = withAccess(parts, { id: "7h3kqz", issue: {} } as unknown as LoopState, "write", async () =>
      did.push("pushed"),
    );
    await expect(push).rejects.toThrow("taken");
    expect(did).toEqual(["revoked"]);
  });
});
