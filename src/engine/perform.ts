// Performs one effect and says what came of it. Doing it twice is doing it once.
import { assert, unreachable } from "../base/assert.ts";
import type { Effect } from "../loop/effect.ts";
import { removable } from "../loop/end.ts";
import type { LoopEvent } from "../loop/event.ts";
import type { LoopState } from "../loop/state.ts";
import { explainedBody, isOwnPullBody } from "../report/pull.ts";
import { checkText, knockOutText, pullText } from "../report/report.ts";
import { verdictText } from "../report/results.ts";
import { isOfCommits } from "../verify/declined.ts";
import { summaryOf } from "../verify/knock-out/knock-out.ts";
import { checkPolicy } from "./check-policy.ts";
import { passGate } from "./gate.ts";
import { introduce } from "./introduce.ts";
import { pauseAll, readPause } from "./pause-all.ts";
import type { StoredEffect } from "./ports.ts";
import { checkCommand, readClaim, readClosing, readRetry, readVerdict } from "./read.ts";
import { remember } from "./remember.ts";
import { startRun, stopRun, type Wait } from "./run.ts";
import { answerThread, answerWithoutLoop, postAttempt, postStop, reply, runLoop, writeStatus } from "./say.ts";
import { runSchedules } from "./schedules.ts";
import { knockOutCheck, reviewCheck, verdictCheck, type World } from "./world.ts";

/**
 * Resolves to the events that follow, or to what a run has to wait for. Only what is about
 * a run, or about no loop, may be asked for by a loop that is not there. Throws Fault.
 */
export async function perform(
  world: World,
  state: LoopState | null,
  stored: StoredEffect,
): Promise<LoopEvent[] | Wait> {
  const { effect } = stored;
  if (effect.type === "stop_run") {
    await stopRun(world, state, { ...stored, effect });
    return [];
  }
  if (effect.type === "forget_run") {
    await world.runs.forget(effect.run, effect.commits);
    return [];
  }
  if (effect.type === "answer_without_loop") {
    await answerWithoutLoop(world, { ...stored, effect });
    return [];
  }
  if (effect.type === "check_policy") {
    await checkPolicy(world, effect);
    return [];
  }
  if (effect.type === "pause_all") {
    await pauseAll(world, effect, stored.tries > 0);
    return [];
  }
  if (effect.type === "run_schedules") {
    await runSchedules(world, Number(stored.issueKey.split("#")[0]), effect);
    return [];
  }
  if (effect.type === "introduce") {
    await introduce(world, Number(stored.issueKey.split("#")[0]), effect, stored.tries > 0);
    return [];
  }
  if (effect.type === "run_loop") return runLoop(world, effect);
  assert(state?.id === stored.loop, `${effect.type} is performed for the loop that asked for it`);
  return performFor(world, state, { ...stored, effect });
}

type Asked = StoredEffect & {
  readonly effect: Exclude<
    StoredEffect["effect"],
    {
      type:
        | "stop_run"
        | "forget_run"
        | "answer_without_loop"
        | "check_policy"
        | "run_loop"
        | "run_schedules"
        | "introduce"
        | "pause_all";
    }
  >;
};

async function performFor(world: World, state: LoopState, stored: Asked): Promise<LoopEvent[] | Wait> {
  const { effect } = stored;
  const { github, runs, store } = world;
  const retrying = stored.tries > 0;
  const { issue } = state;
  switch (effect.type) {
    case "write_status":
      return writeStatus(world, state, retrying);
    case "post_attempt":
      return postAttempt(world, state, effect.attempt, stored.tries);
    case "post_stop":
      return postStop(world, state, retrying);
    case "reply":
      return reply(world, state, effect.reply, stored.key, retrying);
    case "react":
      if (effect.review === undefined) await github.react(issue, effect.comment, effect.content);
      else await github.reactToReview(issue, effect.review, effect.content);
      return [];
    case "set_labels":
      await github.changeLabels(issue, { add: effect.add, remove: removable(effect.remove, state) });
      return [];
    case "remember":
      await remember(world, state, effect, stored.key);
      return [];
    case "read_claim":
      return readClaim(world, state);
    case "read_retry":
      return readRetry(world, state);
    case "read_pause":
      return readPause(world, state);
    case "check_command":
      return checkCommand(world, state, effect.command);
    case "read_verdict":
      return readVerdict(world, state, effect.head, stored.tries);
    case "pass_gate":
      return passGate(world, state, { tries: stored.tries, checks: effect.news === "checks" });
    case "read_closing":
      return readClosing(world, state, effect);
    case "start_run":
      return startRun(world, state, effect, { issueKey: stored.issueKey, retrying });
    case "tell_run":
      await runs.tell?.(state, effect.run);
      return [];
    case "publish":
      return publish(world, state, effect);
    case "open_pull": {
      assert(state.branch !== null && state.base !== null, "a claimed loop has a branch and a base");
      const { title, body } = pullText(state);
      const draft = state.rules?.draft !== "never";
      const wanted = { head: state.branch, base: state.base.branch, title, body, draft };
      const pull = await github.openPull(issue, wanted, retrying);
      return [{ type: "pull_opened", pull }];
    }
    case "publish_verdict":
      await showVerdict(world, state, effect, retrying);
      return [];
    case "publish_review": {
      const externalId = `${state.id}/${effect.attempt}`;
      await github.publishCheck(
        issue,
        { ...checkText(effect.review), name: reviewCheck, head: effect.head, externalId },
        retrying,
      );
      return [];
    }
    case "publish_knock_out": {
      const { head, attempt, seen } = effect;
      const draft = knockOutText(seen, state.rules?.knockOut?.notHeld ?? "inform", summaryOf(seen));
      const externalId = `${state.id}/${attempt}`;
      await github.publishCheck(issue, { ...draft, name: knockOutCheck, head, externalId }, retrying);
      return [];
    }
    case "rerun_checks": {
      const outcome = await github.rerunChecks(issue, effect.checks);
      return [{ type: "checks_rerun", head: effect.head, outcome }];
    }
    case "update_branch": {
      assert(state.branch !== null, "a claimed loop has a branch");
      const { head, base } = effect;
      const outcome = await github.updateBranch(issue, { branch: state.branch, head, base });
      return [{ type: "branch_updated", head, base, outcome }];
    }
    case "leave_queue":
      await github.leaveQueue(issue, pullOf(state).nodeId);
      return [];
    case "mark_ready":
      return showReady(world, state);
    case "answer_thread":
      await answerThread(world, state, effect, retrying);
      return [];
    case "request_reviewers":
      return [
        {
          type: "reviewers_asked",
          missed: await github.requestReviewers(issue, pullOf(state).number, effect.logins),
        },
      ];
    case "set_alarm":
      await store.setAlarm(stored.issueKey, effect.name, effect.at);
      return [];
    case "clear_alarm":
      await store.clearAlarm(stored.issueKey, effect.name);
      return [];
    case "answer_label":
      assert(state.labelledAgain !== undefined, `loop ${state.id} was labelled again`);
      return [{ type: "labelled", ...state.labelledAgain }];
    case "release":
      await store.clearAlarm(stored.issueKey, null);
      await runs.release(state);
      return [];
    default:
      return unreachable(effect);
  }
}

async function showVerdict(
  { github }: World,
  state: LoopState,
  { head, attempt: number, again }: Extract<Effect, { type: "publish_verdict" }>,
  retrying: boolean,
): Promise<void> {
  const attempt = state.attempts.find((one) => one.number === number);
  assert(attempt !== undefined, `attempt ${number} is not in the state`);
  const externalId = `${state.id}/${number}`;
  const draft = { ...verdictText(attempt), name: verdictCheck, head, externalId };
  await github.publishCheck(state.issue, draft, retrying || again === true);
}

/** Out of its draft; and where its commit is green, its description says how that was found, unless a person wrote in it. */
async function showReady({ github }: World, state: LoopState): Promise<LoopEvent[]> {
  const { issue } = state;
  const { nodeId, number, draft, bodyEdited } = pullOf(state);
  const explained = state.phase === "verifying" || bodyEdited ? null : explainedBody(state); // verifying: for CI that leaves drafts out
  const { before, written } = draft
    ? await github.markReady(issue, nodeId, explained)
    : { before: explained === null ? "" : await github.readPullBody(issue, nodeId), written: false };
  if (explained === null) return [{ type: "pull_ready" }];
  if (isOwnPullBody(before)) {
    if (!written && before !== explained) await github.editPullBody(issue, number, explained);
    return [{ type: "pull_ready", body: "ours" }];
  }
  if (written) await github.editPullBody(issue, number, before); // written by a person since the verdict was read: it comes back
  return [{ type: "pull_ready", body: "edited" }];
}

function pullOf(state: LoopState): NonNullable<LoopState["pull"]> {
  assert(state.pull !== null, `loop ${state.id} has no pull request in phase ${state.phase}`);
  return state.pull;
}

type Publish = Extract<StoredEffect["effect"], { type: "publish" }>;

async function publish(world: World, state: LoopState, effect: Publish): Promise<LoopEvent[]> {
  if (state.signed === true) return publishSigned(world, state, effect);
  const { run, head, expected } = effect;
  const outcome = await world.runs.publish(state, run, head, expected);
  switch (outcome.status) {
    case "pushed":
    case "already":
      return [{ type: "published", head }];
    case "moved":
      return [{ type: "publish_overtaken", head: outcome.head }];
    case "refused":
      return [refusedAs(outcome.message)];
    default:
      return unreachable(outcome);
  }
}

function refusedAs(message: string): LoopEvent {
  return { type: "publish_refused", message, ...(isOfCommits(message) ? { ofCommits: true } : {}) };
}

/** Where the base takes signed commits only, GitHub makes the commits anew: it signs for Apps what it makes, and nothing else. */
async function publishSigned(world: World, state: LoopState, { run, head, expected }: Publish): Promise<LoopEvent[]> {
  assert(state.branch !== null, "a claimed loop has a branch");
  const staged =
    head === expected
      ? ({ status: "staged", commits: [] } as const)
      : await world.runs.stage(state, run, head, expected);
  if (staged.status === "refused") return [refusedAs(staged.message)];
  const push = { branch: state.branch, expected, commits: staged.commits };
  const outcome = await world.github.publishSigned(state.issue, push);
  if (head !== expected) await world.runs.unstage(state, run);
  switch (outcome.status) {
    case "pushed":
      return [{ type: "published", head: outcome.head }];
    case "moved":
      return [{ type: "publish_overtaken", head: outcome.head }];
    case "refused":
      return [refusedAs(outcome.message)];
    default:
      return unreachable(outcome);
  }
}
