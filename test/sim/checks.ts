// The invariants of the shared fault page that can be seen from outside, asked at every commit, call and quiet moment.

import { Fault } from "../../src/base/fault.ts";
import type { AllPaused, Delivery, RunOrder, StoredEffect } from "../../src/engine/ports.ts";
import { ourChecks } from "../../src/engine/world.ts";
import { countedRuns, isAnswered } from "../../src/loop/begin.ts";
import { holdLabel, untoldRuns } from "../../src/loop/end.ts";
import { spentOf } from "../../src/loop/money.ts";
import { plansOnly } from "../../src/loop/plan.ts";
import type { Ending, LoopState, RunFacts } from "../../src/loop/state.ts";
import { type DecodedRecord, decodeRecord } from "../../src/record/codec.ts";
import { attemptMarker, statusMarker, stopMarker } from "../../src/record/markers.ts";
import { unpack } from "../../src/record/pack.ts";
import { createPauseChecks } from "./all-paused.ts";
import { createAsks } from "./asks.ts";
import type { Containers } from "./containers.ts";
import { createDayChecks, type DayLimits } from "./days.ts";
import { authorsOf, gateTruth } from "./gate-truth.ts";
import type { Write } from "./github.ts";
import { createQueueChecks } from "./merge-queue.ts";
import { app, type Container, nameOf, repository } from "./model.ts";
import { createOwnChecks } from "./own-checks.ts";
import { createRaiseChecks } from "./raises.ts";
import type { Committed, Disk } from "./store.ts";
import type { World } from "./world.ts";

export interface ChecksParts {
  readonly world: World;
  readonly containers: Containers;
  readonly disk: Disk;
  readonly sealKey: Uint8Array;
  readonly now: () => number; // of the world
  readonly clock: () => number; // of the engine
  readonly concurrentRuns: number;
  readonly days: DayLimits;
  readonly life: () => number; // of the process, counted from 1
  /** Who caused the delivery with this GUID. */
  readonly senderOf: (guid: string) => number | null;
  readonly declined: () => boolean; // GitHub declined something for good in this run
}

/** The end of a container is heard within this time when nothing is under way. */
const unheardMs = 10 * 60_000;

/** A silence is noticed within a look or two, and a look is lost with each jump of the clock. */
const unnoticedMs = 4 * 60_000;

/** Comments of attempts a loop may have: design.md §5. */
const attemptComments = 10;

/** A replica is behind so far at most. */
const replicaMs = 60_000;

/** A person's right may have been read this long before it is acted on: replicas, retries, an App that was down. */
const hearsayMs = 12 * 3_600_000;

export function createChecks(parts: ChecksParts) {
  const { world, disk, containers } = parts;
  const violations: string[] = [];
  const allowed = new Set<string>(); // commits a person let pass
  const retriesAsked = new Set<string>(); // loops for which a person asked for a retry that was not read yet
  const commands = new Set<number>(); // comments whose command was heard
  const wanted = new Map<string, string>(); // loop → the branch that a person named for it
  const yeses = new Set<string>(); // loop and what its agent asked for, where a person's yes stands
  const issueRead = new Map<string, number>(); // issue key → when an effect began that may ask whether it is open
  const written = new Map<string, number>(); // loop → revision of the record last written
  let limit = { life: 0, until: 0, over: 0 }; // when GitHub may be asked again, by the engine's clock, as this life was told
  const books = new Map<string, LoopState>(); // loop → its newest state, also once another loop has taken its place
  let decodes = 0;
  const decodedRecords = new Map<string, DecodedRecord>(); // issue and comment → what is in it
  const acceptedLoops = new Map<string, string>(); // loop id of an accepted label → issue key
  const lastRead = new Map<number, number>(); // pull request → the moment its gate was last read of, in this effect
  const said = new Map<string, LoopState>(); // loop → the record we wrote last
  const absent = new Set<string>(); // loops that went with the store and were not brought back
  const cameBack = new Map<string, number>(); // when a loop was brought back: only since then is there anybody to hear
  const untraced = new Set<string>(); // of those, the ones whose thread has no record to bring them back from
  let storeSince = 0;
  const unaccounted = new Set<string>(); // runs of such loops that were cleared away
  const unbegun = new Map<string, { readonly run: string; readonly at: number }>(); // loop → the run that has no container, since when
  let lastMoment = { at: 0, timers: 0 };

  function hold(condition: boolean, what: string): void {
    if (!condition) violations.push(what);
  }

  const ownChecks = createOwnChecks({ containers, hold });
  const queue = createQueueChecks({ world, disk, now: parts.now, hold });
  const raises = createRaiseChecks({ world, hold });
  const pauses = createPauseChecks({ world, disk, now: parts.now, hold });
  const days = createDayChecks({ containers, disk, limits: parts.days, now: parts.now, clock: parts.clock, hold });
  const asks = createAsks({ world, containers, disk, now: parts.now, hold });

  const keyOf = (issue: number) => `${repository.id}#${issue}`;
  const pendingOf = (issueKey: string) => [...disk.effects.values()].filter((row) => row.issueKey === issueKey);

  function intended(issueKey: string, types: readonly string[], what: string): void {
    const found = pendingOf(issueKey).some((row) => row.tries > 0 && types.includes(row.effect.type));
    hold(found, `I4: ${what} on ${issueKey} without a stored intent`);
  }

  function onCommit(step: Committed): void {
    const { before, after, event } = step;
    if (event.type === "labelled" && after !== null) acceptedLoops.set(after.id, step.issueKey);
    if (event.type === "labelled" && event.base !== undefined && after?.id === event.loop)
      wanted.set(after.id, event.base);
    if (event.type === "command" && before !== null) {
      const { commentId } = event.command;
      hold(!commands.has(commentId), `I24: the command in comment ${commentId} was heard twice`);
      commands.add(commentId);
    }
    if (after === null) return;
    checkBeginning(step, after);
    if (absent.delete(after.id)) cameBack.set(after.id, parts.now());
    books.set(after.id, after);
    const same = before !== null && before.id === after.id ? before : null;
    checkOrigin(step, same);
    checkCounts(step, same, after);
    checkPeople(step, same, after);
    checkEnding(step, same, after);
    checkSilent(step, same, after);
    checkWords(step, after);
    ownChecks.onCommit(step, same, after);
    raises.onCommit(step, same, after, parts.now() - hearsayMs);
    asks.onCommit(step, same, after);
    if (after.phase === "awaiting_gate" && before?.phase !== "awaiting_gate") checkGreen(after, "the gate");
  }

  /** F8: what comes after the store was lost is what the thread says, and nothing that it does not. */
  function checkBeginning({ before, event }: Committed, after: LoopState): void {
    if (event.type === "restored" && before?.id !== after.id) checkRestored(event.record, after);
    if (event.type !== "claim_read" || before?.phase !== "queued" || after.phase === "refused") return;
    for (const id of absent) {
      const known = books.get(id);
      if (known?.issue.number !== after.issue.number || untraced.has(id)) continue;
      const record = recordOn(known.issue.number, id);
      if (record === null || record === "deleted") {
        untraced.add(id); // a person took it away since
        continue;
      }
      hold(!isLive(known), `I1: loop ${after.id} began though the thread says that ${id} is ${known.phase}`);
      const isNews = after.labelSetAt === null || !isAnswered(known.labelSetAt, after.labelSetAt);
      hold(isNews, `I2: loop ${after.id} began by the label that loop ${id} was the answer to`);
    }
    const inThread = [...books.values()].filter(
      (one) => one.issue.number === after.issue.number && one.id !== after.id,
    );
    const last = inThread.filter(({ id }) => !untraced.has(id)).at(-1);
    hold(
      last === undefined || !absent.has(last.id),
      `I11: loop ${after.id} began without what loop ${last?.id} came to`,
    );
  }

  /** I7 and I11: restored is the newest record, which nobody else wrote; nothing that it counts goes back. */
  function checkRestored(record: LoopState, after: LoopState): void {
    const known = said.get(after.id);
    hold(known?.revision === record.revision, `I7: restored at ${record.revision}, we wrote ${known?.revision} last`);
    if (known === undefined) return;
    hold(recordOn(after.issue.number, after.id) !== "deleted", "I7: restored from a record that somebody had changed");
    hold(after.runsStarted >= known.runsStarted, `I11: ${known.runsStarted} containers, ${after.runsStarted} restored`);
    const expired = expiredIn(known, after);
    const granted = known.granted - expired.attempts;
    hold(after.granted >= granted, `I11: ${known.granted} attempts granted, ${after.granted} restored`);
    const isSame = after.grantedNano <= known.grantedNano && after.grantedNano >= known.grantedNano - expired.nano;
    hold(isSame, "I11: other money is granted after a restore");
    hold(spentOf(after) >= spentOf(known), `Money: ${spentOf(known)} spent in the thread, ${spentOf(after)} restored`);
    hold(after.attempts.length >= known.attempts.length, "I3: an attempt was lost in a restore");
    const { loops, runs, spentNano } = known.earlier;
    const isKept =
      after.earlier.loops === loops && after.earlier.runs === runs && after.earlier.spentNano === spentNano;
    hold(isKept, "I11: what earlier loops of the issue came to was lost in a restore");
  }

  /** With the store goes what the thread does not say; where the thread has no record that counts, the whole loop. */
  function onStoreLost(): void {
    for (const [id, state] of books) {
      const record = recordOn(state.issue.number, id);
      absent.add(id);
      if (record === null || record === "deleted") untraced.add(id);
      else books.set(id, record);
    }
    asks.onStoreLost();
    pauses.onStoreLost();
    days.onStoreLost();
    storeSince = parts.now();
    commands.clear(); // a delivery that comes again is new to the new store
    retriesAsked.clear();
    lastRead.clear();
  }

  /** I17 and the first half of I19: what set the loop going. */
  function checkOrigin({ before, after, event, source, effects }: Committed, same: LoopState | null): void {
    const sender = source === null ? null : parts.senderOf(source.slice(0, source.indexOf("/")));
    if (sender === app.id) {
      // Whoever put a pull request into the merge queue is told as the sender where GitHub takes it out: that the gate is read is all.
      const mayLook = event.type === "queue_left" && effects.every(({ effect }) => effect.type === "pass_gate");
      const stays = (effects.length === 0 || mayLook) && before?.phase === after?.phase;
      hold(stays, `I17: our own ${event.type} moved the loop`);
    }
    if (after === null || !isLive(after)) return;
    hold(after.ending === null, `I19: a live loop (${after.phase}) carries an ending`);
    if (same === null) {
      const begun = (event.type === "labelled" && !event.actor.bot) || event.type === "restored";
      hold(begun, `I19: ${event.type} made a loop`);
      const gaveWay = event.type === "restored" && before?.phase === "queued" && before.rules === null;
      hold(before === null || !isLive(before) || gaveWay, "I1: a second loop began while one lived");
    } else if (!isLive(same)) {
      const restart = event.type === "retry_read" || event.type === "command_checked";
      hold(restart, `I19: ${event.type} set a settled loop going again`);
      const asked = (issueRead.get(keyOf(after.issue.number)) ?? parts.now()) - replicaMs;
      hold(wasOpenSince(after.issue.number, asked), `I2: ${event.type} set loop ${after.id} going on a closed issue`);
      if (event.type === "retry_read") {
        hold(retriesAsked.delete(after.id), "I19: a retry nobody asked for");
      }
    }
  }

  /** It lacked money, where there are days that can be used up. */
  function wasCutByDay({ cutByDay, runs }: LoopState["attempts"][number]): boolean {
    const { account, repository: own } = parts.days;
    const mayBe = account.nano > 0 || (own?.nano ?? 0) > 0;
    return cutByDay === true && mayBe && runs.some(({ id }) => containers.all.get(id)?.outOfBudget === true);
  }

  /** Its issue was open at some moment since then. */
  function wasOpenSince(issue: number, since: number): boolean {
    const { open, closedAt } = world.issues.get(issue)!.value;
    return open || (closedAt ?? 0) >= since;
  }

  /** I3 and I11: what is counted, and what never goes back. */
  function checkCounts({ event }: Committed, same: LoopState | null, after: LoopState): void {
    const runs = after.attempts.flatMap((attempt) => attempt.runs);
    const rules = after.rules;
    hold(new Set(runs.map((run) => run.id)).size === runs.length, "I3: a run is recorded twice");
    const planned = after.attempts.filter(({ plans }) => plans);
    hold(
      planned.every(({ head, counted }) => head === null && !counted),
      "Plan: an attempt that planned has a commit, or counts",
    );
    hold(
      after.attempts.every((attempt, index) => attempt.number === index + 1),
      "I3: attempts are not numbered in order",
    );
    // A policy that was lowered meanwhile takes nothing back: it only lets nothing more begin.
    const begins = countedRuns(after) > (same === null ? 0 : countedRuns(same));
    if (rules !== null && begins)
      hold(countedRuns(after) <= rules.lifetimeRuns, `I11: ${countedRuns(after)} containers in one life`);
    hold(runs.length <= after.runsStarted, "I11: more runs than were counted");
    checkIssue(after, begins);
    if (same === null) return;
    const expired = (same.raises ?? []).reduce((sum, one) => sum + one.attempts, 0);
    hold(after.runsStarted >= same.runsStarted && after.granted >= same.granted - expired, "I11: a counter went back");
    hold(after.revision === same.revision || after.revision === same.revision + 1, "I21: a revision was skipped");
    const silent = after !== same && after.revision === same.revision;
    hold(!silent || JSON.stringify(after) === JSON.stringify(same), "I21: a change without a new revision");
    const grown = after.attempts.length - same.attempts.length;
    hold(grown === 0 || grown === 1, `I3: ${grown} attempts in one step`);
    if (grown === 1) {
      if (after.attempts.at(-2)?.counted === true) {
        for (const yes of yeses) if (yes.startsWith(`${after.id} `)) yeses.delete(yes); // it was for that attempt
      }
      const used = after.attempts.slice(0, -1).filter((attempt) => attempt.counted).length;
      const isMerge = after.attempts.at(-1)?.merges === "conflict";
      hold(
        isMerge || used < after.granted,
        `I3: attempt ${after.attempts.length} began with all ${after.granted} used`,
      );
      const ofGrant = after.attempts.filter((one) => one.merges === "conflict" && one.startedAt > after.grantedAt);
      hold(ofGrant.length <= 3, `I3: ${ofGrant.length} attempts to merge the base on one grant`);
      const last = after.attempts.at(-2);
      if (last?.verdict?.colour === "red" && event.type === "verdict_read")
        hold(last.counted || last.merges === "conflict" || wasCutByDay(last), "I3: a red attempt was refunded");
    }
    if (after.granted > same.granted) {
      const isRaise = event.type === "command_checked" && ["budget", "extend"].includes(event.command.verb);
      hold(
        isRaise || event.type === "claim_read" || event.type === "retry_read",
        `I11: ${event.type} granted attempts`,
      );
      const most = rules?.raise?.attempts ?? 0;
      hold(
        !isRaise || (rules?.attempts ?? 0) + (after.raised?.attempts ?? 0) <= most,
        `I11: more than ${most} attempts`,
      );
    }
    if (event.type === "run_ended" && event.status === "lost") {
      const attempt = after.attempts.find((one) => one.runs[0]?.id === event.run);
      const was = same.attempts.find((one) => one.runs[0]?.id === event.run);
      if (was?.runs[0]?.status === "running") {
        hold(attempt === undefined || !attempt.counted, "I3: a lost container used up an attempt");
      }
    }
  }

  /** I11: what all loops of an issue come to, however often its label is set. */
  function checkIssue(after: LoopState, begins: boolean): void {
    const { rules } = after;
    if (rules === null) return;
    const earlier = [...books.values()].filter(
      ({ id, issue }) => id !== after.id && issue.number === after.issue.number && !untraced.has(id),
    );
    const started = earlier.reduce((sum, loop) => sum + countedRuns(loop), countedRuns(after));
    hold(!begins || started <= rules.issueRuns, `I11: ${started} containers for one issue`);
    const spent = earlier.reduce((sum, loop) => sum + spentOf(loop), 0);
    const most = Math.max(rules.issueNano - spent, spentOf(after));
    hold(after.grantedNano <= most, `I11: ${after.grantedNano} granted where the issue has ${most} left`);
  }

  /** I16: who may start, steer and stop. */
  function checkPeople({ event, effects }: Committed, same: LoopState | null, after: LoopState): void {
    const since = parts.now() - hearsayMs;
    if (event.type === "claim_read" && same?.phase === "queued" && isLive(after)) {
      const login = nameOf(after.requester);
      hold(world.truth.couldWrite(login, since), `I16: ${login} may not start a loop, and one was claimed`);
    }
    if (
      event.type === "claim_read" &&
      after.phase === "refused" &&
      event.facts.allPaused === undefined &&
      event.facts.baseRefused === undefined &&
      ["write", "maintain", "admin"].includes(event.facts.permission)
    ) {
      const { open, labelledBy } = world.issues.get(after.issue.number)!.value;
      const stands = open && labelledBy !== null && labelledBy.at < parts.now() - 60_000;
      hold(!stands, `I2: loop ${after.id} was refused by a stale read: the label stands on an open issue`);
    }
    if (event.type !== "command_checked" || same === null) return;
    const { actor, verb } = event.command;
    const acts = effects.some((row) => row.effect.type !== "react" && row.effect.type !== "reply");
    if (!acts && same.phase === after.phase) return;
    hold(world.truth.couldWrite(nameOf(actor), since), `I16: \`/loop ${verb}\` of ${actor.login} was obeyed`);
    if (effects.some(({ effect }) => effect.type === "read_retry")) retriesAsked.add(after.id);
    for (const { effect } of effects) if (effect.type === "publish" && verb === "approve") allowed.add(effect.head);
    if (verb === "approve" && same.ending?.of === "permission_asked") yeses.add(`${after.id} ${same.ending.quote}`);
  }

  /** Whoever spoke to an agent is told that it heard where it did, and is told something once its run is over. */
  function checkWords({ effects }: Committed, after: LoopState): void {
    for (const { id, telling } of after.said ?? []) {
      const isOpen = telling === undefined || untoldRuns(after).some((run) => run.id === telling);
      hold(isOpen, `I4: nobody was told whether ${telling} heard what comment ${id} said`);
    }
    for (const { effect } of effects) {
      if (effect.type !== "reply" || effect.reply.kind !== "words_heard") continue;
      const { of, by } = effect.reply;
      const heard = [...containers.all.values()].filter(({ loop }) => loop === after.id).map(({ words }) => words);
      for (const { id = "" } of of)
        hold(
          heard.some((words) => words.get(id) === by),
          `I4: nobody heard what comment ${id} said, and it was told so`,
        );
    }
  }

  /** I19, I14 and I15 at the end of a loop. */
  function checkEnding({ event, effects, before }: Committed, same: LoopState | null, after: LoopState): void {
    if (after.phase !== "settled" || same === null || same.phase === "settled") return;
    const { ending } = after;
    hold(ending !== null, "I19: a loop settled without a reason");
    if (event.type !== "issue_gone") {
      hold(
        effects.some((row) => row.effect.type === "post_stop"),
        "I19: a stop that nobody will read about",
      );
    }
    const running = (before?.attempts ?? [])
      .flatMap((attempt) => attempt.runs)
      .filter((run) => run.status === "running");
    for (const run of running) {
      const ended = event.type === "run_ended" && event.run === run.id;
      const stopped = effects.some((row) => row.effect.type === "stop_run" && row.effect.run === run.id);
      hold(ended || stopped, `I20: ${run.id} was left running when the loop settled`);
    }
    if (ending?.reason === "verifier_passed") checkGreen(after, "verifier_passed");
    if (ending?.of === "merged_by_hand") checkMergedByHand(after, ending);
    else if (ending?.reason === "task_complete") checkApproved(after);
  }

  /** An executor that fell silent ends the loop as stalled, at the cost of its attempt. */
  function checkSilent({ event }: Committed, same: LoopState | null, after: LoopState): void {
    if (event.type !== "run_ended" || event.status !== "silent" || same === null) return;
    const last = same.attempts.at(-1);
    const executor = last?.runs[0]?.id === event.run && last.runs[0].status === "running";
    if (!executor || !isLive(same)) return;
    const isKept = typeof after.afterPush === "object" && after.afterPush.reason === "stalled"; // its work is on its way to the branch first
    hold(after.ending?.reason === "stalled" || isKept, `L3: ${event.run} fell silent and its loop is ${after.phase}`);
    hold(last.counted || last.plans || last.merges === "conflict", "I3: a silent attempt was refunded");
  }

  function checkGreen(state: LoopState, where: string): void {
    const attempt = state.attempts.at(-1);
    const head = attempt?.head ?? "";
    hold(world.truth.wasGreen(head), `I14: ${where} on ${head.slice(0, 7)}, which was never green`);
    if (state.rules?.reviewer != null) hold(attempt?.review?.verdict === "approve", `I14: ${where} without a review`);
    ownChecks.onGreen(state, where);
  }

  function checkApproved(state: LoopState): void {
    const head = state.attempts.at(-1)?.head ?? "";
    checkGreen(state, "task_complete");
    const byReview = world.truth.approvers(head);
    const byCommand = state.approvals.filter((one) => one.head === head).map(({ person }) => nameOf(person));
    const authors = pushersTo(state);
    const eligible = [...new Set([...byReview, ...byCommand])].filter(
      (login) => login !== nameOf(state.requester) && !authors.has(login),
    );
    const needed = Math.max(1, state.rules?.approvals ?? 1);
    hold(eligible.length >= needed, `I15: ended on ${head.slice(0, 7)} with ${eligible.length} of ${needed} approvals`);
  }

  /** I15: what a person merged is said to have passed the gate only where it had. */
  function checkMergedByHand(state: LoopState, { gate }: Extract<Ending, { of: "merged_by_hand" }>): void {
    const pull = state.pull === null ? undefined : world.pulls.get(state.pull.number)?.value;
    hold(pull?.merged === true && pull.closedBy.id !== app.id, `I15: loop ${state.id} says that a person merged`);
    if (gate === "passed") checkApproved(state);
  }

  function pushersTo(state: LoopState): ReadonlySet<string> {
    const pull = state.pull === null ? undefined : world.pulls.get(state.pull.number)?.value;
    return pull === undefined ? new Set() : authorsOf(world, pull);
  }

  /** I15: the gate is read for each merge anew, in the effect that merges. */
  function onMerge(number: number, head: string): void {
    const state = loopOfPull(number);
    const read = lastRead.get(number);
    lastRead.delete(number);
    hold(read !== undefined, `I15: ${head.slice(0, 7)} was merged on what was not read for it`);
    if (state === undefined || read === undefined) return;
    if (world.pulls.get(number)?.value.head !== head) return; // somebody pushed since: GitHub refuses, and nothing is merged
    const { approvers, changes, green } = gateTruth(world, state, number, read);
    const needed = Math.max(1, state.rules?.approvals ?? 1);
    const what = `I15: at the merge of ${head.slice(0, 7)} GitHub's own reviews`;
    hold(approvers.length >= needed, `${what} held ${approvers.length} of ${needed} approvals`);
    hold(!changes, `${what} asked for changes`);
    hold(green, `I14: at the merge of ${head.slice(0, 7)} its checks were not green`);
    const base = world.pulls.get(number)?.asOf(read)?.base;
    const judged = state.base?.branch ?? base;
    hold(base === judged, `I14: ${head.slice(0, 7)} was judged for a merge into ${judged} and merged into ${base}`);
  }

  function onStart(order: RunOrder): void {
    const { loop, id } = order;
    asks.onStart(loop.id);
    pauses.onStart(order);
    days.onStart(order);
    const key = keyOf(loop.issue.number);
    const stored = disk.loops.get(key);
    const running = [...containers.all.values()].filter((one) => one.state === "running");
    const others = running.filter((one) => one.issue === loop.issue.number && one.id !== id);
    const strange = others.find((one) => !mayJudgeBeside(one, order, stored));
    hold(strange === undefined, `I1: ${id} started beside ${strange?.id}`);
    const known = running.filter((one) => !absent.has(one.loop) && !unaccounted.has(one.id)); // the rest is swept soon
    hold(known.length < parts.concurrentRuns, `I1: ${known.length + 1} containers, ${parts.concurrentRuns} allowed`);
    intended(key, ["start_run"], `${id} started`);
    const run = stored?.attempts.flatMap((attempt) => attempt.runs).find((one) => one.id === id);
    hold(run?.status === "running", `I20: ${id} started though the loop no longer wants it`);
    if (stored !== undefined) ownChecks.onStart(order, stored);
    const works = order.role === "executor" && !plansOnly(loop, id);
    hold(
      !works || loop.rules?.planFirst !== true || loop.plan?.stage === "approved",
      `Plan: ${id} works without a yes`,
    );
    hold(order.role !== "executor" || loop.hold === undefined, `Hold: ${id} began although its loop is held`);
    const said = recordOn(loop.issue.number, loop.id);
    const inThread = said === "deleted" || (said?.attempts.length ?? 0) >= order.attempt;
    hold(inThread, `I4: attempt ${order.attempt} started before the thread says so`);
  }

  /** What a policy puts to a person first is called once one who may has said yes to that, for one attempt. */
  function onAskedCall({ loop, id }: RunOrder, call: string): void {
    hold(yeses.has(`${loop.id} ${call}`), `I16: ${id} called ${call}, and nobody said yes to it`);
  }

  /** All that judge one commit do so side by side: own checks, and the reviewer once they have spoken. */
  function mayJudgeBeside({ id, role }: Container, { role: own }: RunOrder, stored: LoopState | undefined): boolean {
    const judges = (one: RunOrder["role"]) => one !== "executor";
    return (
      judges(role) &&
      judges(own) &&
      stored?.attempts.at(-1)?.runs.some((run) => run.id === id && run.status === "running") === true
    );
  }

  /** What a text of an issue's thread holds is read once. */
  function recordIn(body: string, issue: number): DecodedRecord {
    const key = `${issue} ${body}`;
    const known = decodedRecords.get(key);
    if (known !== undefined) return known;
    decodes += 1;
    const peeked = decodes % readWhole === 1 ? null : peekedAt(body);
    const decoded = peeked ?? decodeRecord(body, parts.sealKey, { repositoryId: repository.id, issue });
    decodedRecords.set(key, decoded);
    return decoded;
  }

  /** The record in the thread; `deleted` when a person took it away or spoilt it. */
  function recordOn(issue: number, loop: string): LoopState | "deleted" | null {
    const { comments } = world.issues.get(issue)!.value;
    const found = comments.find((one) => one.author.id === app.id && one.body.includes(statusMarker(loop)));
    if (found === undefined) return written.has(loop) ? "deleted" : null;
    if (found.editedBy !== null) return "deleted";
    const decoded = recordIn(found.body, issue);
    return decoded.kind === "ok" ? decoded.state : null;
  }

  /** I8: what we push only ever goes forward. */
  function onPush(branch: string, before: string | null, head: string): void {
    hold(before === null || world.descends(before, head), `I8: ${before?.slice(0, 7)} was overwritten on ${branch}`);
  }

  function onAcknowledged({ guid, bodySha256 }: Pick<Delivery, "guid" | "bodySha256">): void {
    const known = disk.deliveries.has(guid) || disk.bodies.has(bodySha256);
    hold(known, `I2: delivery ${guid} was acknowledged and is not stored`);
  }

  function onPublish(loop: LoopState, branch: string, head: string): void {
    const key = keyOf(loop.issue.number);
    const stored = disk.loops.get(key);
    hold(branch === `loop/${loop.issue.number}-${loop.id}`, `I8: pushed to ${branch}`);
    hold(stored?.phase === "publishing" && stored.id === loop.id, `I20: pushed in phase ${stored?.phase}`);
    const commit = world.commits.get(head);
    const harmless = commit?.risk === "none" && commit.lines <= 2000;
    hold(commit?.risk !== "hard", "I9: a commit that nobody can allow was pushed");
    hold(harmless || allowed.has(head), "I9: a risky commit was pushed without a person's yes");
    const silent = [...containers.all.values()].some(
      ({ report }) => report?.status === "silent" && report.pushed?.head === head,
    );
    hold(
      !silent || stored?.afterPush !== undefined,
      "I20: what a silent run had pushed was published as if it were done",
    );
    intended(key, ["publish"], "a push");
  }

  function onWrite(write: Write): void {
    switch (write.type) {
      case "comment":
        onComment(write);
        return;
      case "edit":
        intended(keyOf(write.issue), ["write_status", "post_attempt"], "an edit");
        checkRecord(write.issue, write.body);
        return;
      case "labels":
        intended(keyOf(write.issue), ["set_labels", "run_loop"], "a change of labels");
        return;
      case "pull": {
        const twin = [...world.pulls.values()].some((pull) => pull.value.branch === write.branch && pull.value.open);
        hold(!twin, "I5: a second pull request for one branch");
        intended(keyOf(write.issue), ["open_pull"], "a pull request");
        const base = wanted.get(disk.loops.get(keyOf(write.issue))?.id ?? "");
        hold(
          base === undefined || base === write.base,
          `I16: a pull request into ${write.base} of a loop that was begun from ${base}`,
        );
        return;
      }
      case "ready":
        hold(
          isGreenPull(write.pull) || leftDraftForCi(write.pull),
          `I14: pull request ${write.pull} was made ready though its commit was never green`,
        );
        return;
      case "body":
        hold(isGreenPull(write.pull), `I14: pull request ${write.pull} explains a commit that was never green`);
        return;
      case "merge": {
        const state = loopOfPull(write.pull);
        hold(state?.rules?.merge === true, "I15: merged where the policy does not say so");
        if (state !== undefined) checkApproved(state);
        return;
      }
      case "check":
        hold(ourChecks.includes(write.check.name), `I5: a check named ${write.check.name}`);
        return;
      case "signed": {
        const stored = disk.loops.get(keyOf(write.issue));
        if (stored !== undefined) onPublish(stored, write.branch, write.head);
        return;
      }
      case "leave": {
        const state = loopOfPull(write.pull);
        if (state !== undefined) intended(keyOf(state.issue.number), ["leave_queue"], "a way out of the merge queue");
        return;
      }
      case "react":
      case "reviewers":
        return;
    }
  }

  function loopOfPull(pull: number): LoopState | undefined {
    return [...disk.loops.values()].find((state) => state.pull?.number === pull);
  }

  function isGreenPull(pull: number): boolean {
    const head = loopOfPull(pull)?.attempts.at(-1)?.head;
    return head != null && world.truth.wasGreen(head);
  }

  /** CI left the draft out, and the loop said so. */
  function leftDraftForCi(pull: number): boolean {
    return loopOfPull(pull)?.pull?.readyForCi === true;
  }

  function onComment({ issue, body, marker }: Extract<Write, { type: "comment" }>): void {
    const { comments } = world.issues.get(issue)!.value;
    const twin = comments.find((one) => one.author.id === app.id && one.body.includes(marker));
    // The keys of a new store begin anew, and an answer to another comment may have the key of one before (README.md).
    const isOfAnotherStore = marker.includes("loopgate:reply") && twin !== undefined && twin.at < storeSince;
    hold(twin === undefined || isOfAnotherStore, `I5: a second comment with ${marker}`);
    hold(body.includes(marker), `I5: a comment without its marker ${marker}`);
    const toStop = [...disk.effects.values()].find(
      (row) => row.issueKey === keyOf(issue) && row.effect.type === "stop_run" && row.notBefore === 0,
    );
    hold(toStop === undefined, "I20: the thread is told while a container still waits to be stopped");
    intended(
      keyOf(issue),
      ["write_status", "post_attempt", "post_stop", "reply", "answer_without_loop", "pause_all"],
      "a comment",
    );
    const loop = disk.loops.get(keyOf(issue))?.id ?? "";
    const isPlan = /^### (?:The|No) plan$/m; // somebody is asked about each, however many attempts there were
    const attempts = comments.filter(
      (one) => one.body.includes(attemptMarker(loop, 0).slice(0, -6)) && !isPlan.test(one.body),
    ).length;
    hold(attempts <= attemptComments, `I6: ${attempts} comments of attempts`);
    checkRecord(issue, body);
  }

  /** I6: the thread shows what the store holds or held, and never goes back. */
  function checkRecord(issue: number, body: string): void {
    if (!body.includes("loopgate:record")) return;
    const decoded = recordIn(body, issue);
    if (decoded.kind !== "ok") {
      violations.push(`I7: we wrote a record that reads as ${decoded.kind}`);
      return;
    }
    const { state } = decoded;
    const stored = disk.loops.get(keyOf(issue));
    hold(stored?.id === state.id, `I6: a record of loop ${state.id} while the store holds ${stored?.id}`);
    hold(stored === undefined || state.revision <= stored.revision, "I6: the thread is ahead of the store");
    if (stored?.revision === state.revision) {
      hold(stored.phase === state.phase, "I6: the thread says another phase than the store at one revision");
    }
    hold(state.revision >= (written.get(state.id) ?? 0), "I6: the thread went back to an older record");
    written.set(state.id, state.revision);
    said.set(state.id, state);
  }

  function onRequest(name: string): void {
    const early = limit.life === parts.life() ? limit.until - parts.clock() : 0;
    hold(early <= 0 || parts.now() >= limit.over, `I18: ${name} was sent ${early} ms before GitHub's own time`);
  }

  /** Nothing is under way: what the store says and what runs must agree. */
  function onQuiet(): void {
    for (const one of containers.all.values()) {
      if (one.state !== "running" || absent.has(one.loop)) continue;
      const state = disk.loops.get(keyOf(one.issue));
      const wanted = state?.id === one.loop && isLive(state) && isRunning(state, one.id);
      hold(
        wanted === true,
        `I20: ${one.id} runs though its loop is ${state?.id === one.loop ? state.phase : "another"}`,
      );
    }
    checkMoney();
    days.onQuiet();
  }

  /** At a quiet moment: what providers answered for stands in the states, but for runs whose end is still to be told. */
  function checkMoney(): void {
    for (const one of containers.all.values()) {
      if (absent.has(one.loop) || unaccounted.has(one.id)) continue;
      const run = runIn(books.get(one.loop), one.id);
      if (one.state === "running" || (run !== undefined && isOpen(run))) continue;
      const { lostServices = [] } = one.end ?? {};
      const isTold = lostServices.length === 0 || run?.lostServices?.length === lostServices.length;
      hold(isTold || cameBack.has(one.loop), `Services: nobody is told that one beside ${one.id} ended`);
      hold(
        run?.spentNano === one.spent(),
        `Money: ${one.id} spent ${one.spent()} nano-dollars and ${run?.spentNano} are in the books`,
      );
    }
  }

  /** Nothing that tells of a run goes before its end is stored. */
  function onForget({ id, loop }: Container): void {
    if (absent.has(loop)) {
      unaccounted.add(id); // no issue that still has its label asks for it: swept away
      return;
    }
    const run = runIn(books.get(loop), id);
    const isTold = run !== undefined && run.status !== "running" && run.untold !== true;
    hold(isTold, `I4: what ${id} left was removed before its end was stored`);
  }

  /** L3: a container that ended long ago is not waited for. */
  function checkHeard({ id, issue, loop, endedAt }: Container): void {
    if (endedAt === null || parts.now() - Math.max(endedAt, cameBack.get(loop) ?? 0) <= unheardMs) return;
    const state = disk.loops.get(keyOf(issue));
    if (state?.id !== loop || !isUntold(state, id)) return;
    const starting = pendingOf(keyOf(issue)).some(({ effect }) => effect.type === "start_run" && effect.run === id);
    hold(starting, `L3: ${id} ended long ago and nobody heard`);
  }

  /** L3: a run that its loop waits for has a container, or is about to. */
  function checkBegun(state: LoopState): void {
    const runs = isLive(state) ? (state.attempts.at(-1)?.runs ?? []) : [];
    const missing = runs.find(({ id, status }) => status === "running" && !containers.all.has(id))?.id;
    const asked = ({ effect }: StoredEffect) => effect.type === "start_run" && effect.run === missing;
    if (missing === undefined || pendingOf(keyOf(state.issue.number)).some(asked)) {
      unbegun.delete(state.id);
      return;
    }
    const known = unbegun.get(state.id);
    const since = known?.run === missing ? known : { run: missing, at: parts.now() };
    unbegun.set(state.id, since);
    hold(parts.now() - since.at <= unheardMs, `L3: ${missing} is waited for, and nobody starts it`);
  }

  /** L3: a container that hangs is not left to its deadline while somebody watches it. */
  function checkSilence({ id, issue, loop, state, hungAt, watchedSince }: Container): void {
    if (state !== "running" || hungAt === null) return;
    const stored = disk.loops.get(keyOf(issue));
    if (stored?.id !== loop || stored.rules === null) return;
    const unheard = parts.now() - Math.max(hungAt, watchedSince);
    hold(unheard <= stored.rules.silenceMs + unnoticedMs, `L3: ${id} has hung for ${unheard} ms and nobody ended it`);
  }

  function onTimer(): void {
    lastMoment =
      lastMoment.at === parts.now() ? { ...lastMoment, timers: lastMoment.timers + 1 } : { at: parts.now(), timers: 1 };
    hold(lastMoment.timers < 300, "L4: the engine spins: its timer fires over and over at one moment");
  }

  /** Long after the last fault: every loop is over or waits for someone, and the thread says so. */
  function onEnd(): void {
    const held = new Set<string>(); // until a day turns
    for (const [key, state] of disk.loops) {
      const waits = ["settled", "refused", "awaiting_plan", "awaiting_gate", "paused"].includes(state.phase);
      const isHeld = days.waits(state);
      if (isHeld) held.add(state.id);
      hold(waits || isHeld, `L1: loop ${state.id} is still ${state.phase}`);
      if (!parts.declined()) checkThread(key, state);
      if (state.phase === "awaiting_gate") checkGate(state);
      checkOwnMerge(state);
      checkHold(state);
    }
    const undone = [...disk.effects.values()].find(({ loop }) => !held.has(loop));
    hold(undone === undefined, `L4: ${undone?.effect.type} was never performed`);
    const running = [...containers.all.values()].find((one) => one.state === "running");
    hold(running === undefined, `I12: ${running?.id} still runs`);
    for (const { id, loop, state } of containers.all.values()) {
      hold(absent.has(loop) || !isUntold(books.get(loop), id), `Money: nobody ever heard what ${id} came to`);
      const isSwept = state === "gone" && unaccounted.has(id); // its files go when its loop is over for good
      hold(state === "forgotten" || isSwept, `I12: what ${id} left is still there`);
    }
    queue.onEnd();
    pauses.onEnd((loop) => absent.has(loop));
    asks.onEnd((loop) => absent.has(loop) || held.has(loop), parts.declined());
    hold(disk.openEvents.size === 0, "I2: a stored event is left lying");
    onQuiet();
  }

  /** The label is on the issue or it is not: a loop that nothing holds does not rest for it. A plan waits as it is, and its yes begins nothing. */
  function checkHold({ id, issue, resumeAt, phase, hold: held }: LoopState): void {
    const isSet = world.issues.get(issue.number)!.value.labels.includes(holdLabel);
    const rests = phase === "paused" && resumeAt?.why.of === "hold_label";
    hold(!rests || isSet, `Hold: loop ${id} rests for a label that is not there`);
    const begins =
      !["settled", "refused", "paused"].includes(phase) && (phase !== "awaiting_plan" || held === undefined);
    hold(!isSet || rests || !begins, `Hold: loop ${id} is ${phase}, and held`);
  }

  /** I15: what the App merged is told as that, also where the answer was lost and something else happened since. */
  function checkOwnMerge({ id, pull, ending }: LoopState): void {
    const merged = pull === null ? undefined : world.pulls.get(pull.number)?.value;
    if (merged?.merged !== true || merged.closedBy.id !== app.id) return;
    hold(ending?.of === "approved_and_merged", `I15: loop ${id} was merged by the App and is told as ${ending?.of}`);
  }

  /** L5: an approval that counts is noticed, whether or not its webhook arrived. */
  function checkGate(state: LoopState): void {
    const head = state.attempts.at(-1)?.head ?? "";
    const pull = [...world.pulls.values()].find(({ value }) => value.number === state.pull?.number)?.value;
    if (pull === undefined || !pull.open || pull.head !== head || pull.queued) return;
    const last = new Map(pull.reviews.filter((one) => one.state !== "commented").map((one) => [one.author.login, one]));
    const authors = authorsOf(world, pull);
    const eligible = world.truth
      .approvers(head)
      .filter((login) => login !== nameOf(state.requester) && !authors.has(login))
      .filter((login) => last.get(login)?.state === "approved" && last.get(login)?.head === head)
      .filter((login) => world.truth.couldWrite(login, Number.POSITIVE_INFINITY));
    const asked = [...last.values()].some((one) => one.state === "changes_requested" && one.head === head);
    const enough = eligible.length >= (state.rules?.approvals ?? 1) && !asked && world.truth.isGreen(head);
    hold(!enough, `L5: loop ${state.id} waits at the gate though ${eligible.join(", ")} approved`);
  }

  function checkThread(key: string, state: LoopState): void {
    const issue = state.issue.number;
    const { comments } = world.issues.get(issue)!.value;
    const mine = comments.filter((one) => one.author.id === app.id && one.body.includes(statusMarker(state.id)));
    hold(mine.length <= 1, `I6: ${mine.length} status comments of loop ${state.id}`);
    if (state.phase === "refused" || isDeleted(state)) return;
    const said = recordOn(issue, state.id);
    if (said !== null && said !== "deleted") {
      hold(said.phase === state.phase, `L2: the thread says ${said.phase} and the loop is ${state.phase} (${key})`);
      hold(said.attempts.length === state.attempts.length, "L2: the thread lacks an attempt");
    } else if (state.comments.status !== null) {
      hold(said === "deleted", `L2: loop ${state.id} has no readable record in the thread`);
    }
    if (state.phase !== "settled" || state.ending === null || state.rules === null) return;
    const marker = stopMarker(state.id, state.ending.at);
    const stops = comments.filter((one) => one.author.id === app.id && one.body.includes(marker));
    hold(stops.length === 1, `I19: ${stops.length} stop comments for one end of loop ${state.id}`);
  }

  /** The engine's own errors: a fault is the world's, anything else is a bug of ours. */
  function onError(error: unknown, text: string): void {
    if (error === undefined || error instanceof Fault) return;
    violations.push(`bug: ${text}: ${error instanceof Error ? `${error.message}` : String(error)}`);
  }

  return {
    violations,
    onCommit,
    onEffectDone: pauses.onAnswered,
    onEffectStarted({ issueKey, effect }: StoredEffect) {
      const pull = disk.loops.get(issueKey)?.pull;
      if (pull) lastRead.delete(pull.number);
      if (effect.type === "start_run") pauses.onStartAsked(effect.run);
      if (effect.type === "check_command" || effect.type === "read_retry") issueRead.set(issueKey, parts.now());
    },
    onAllPaused: (paused: AllPaused | null, by: "command" | "record") =>
      pauses.onAllPaused(paused, by, parts.now() - hearsayMs),
    onGateRead: (pull: number, at: number) => void lastRead.set(pull, at),
    onMerge,
    onQueueMerge: queue.onQueueMerge,
    onDayAsked: days.onAsked,
    onStart,
    onAskedCall,
    onForget,
    onPublish,
    onStoreLost,
    onPush,
    onAcknowledged,
    onWrite,
    onRequest,
    onLimit(until: number) {
      limit = { life: parts.life(), until, over: parts.now() + until - parts.clock() };
    },
    onQuiet,
    /** Asked while a life lasts that began long enough ago. */
    onStep() {
      for (const one of containers.all.values()) {
        checkHeard(one);
        checkSilence(one);
      }
      for (const state of disk.loops.values()) checkBegun(state);
    },
    onTimer,
    onEnd,
    onError,
  };
}

/** Of so many records one is held against its seal and the shape of a state; that of the others is taken as the engine wrote it. */
const readWhole = 8;

/** What the record says, unproven; null: nothing can be read of it. */
function peekedAt(body: string): DecodedRecord | null {
  const [, data] = / data=([^ ]+) -->/.exec(body) ?? [];
  const state = data === undefined ? undefined : unpack(data);
  return state === undefined ? null : { kind: "ok", state: state as LoopState };
}

function isLive(state: LoopState): boolean {
  return state.phase !== "settled" && state.phase !== "refused";
}

/** What people had added for a time and was taken back since. */
function expiredIn({ raises = [] }: LoopState, after: LoopState): { readonly attempts: number; readonly nano: number } {
  const gone = raises.filter(({ at }) => !(after.raises ?? []).some((one) => one.at === at));
  const sum = (of: "attempts" | "nano") => gone.reduce((all, one) => all + one[of], 0);
  return { attempts: sum("attempts"), nano: sum("nano") };
}

function isRunning(state: LoopState, run: string): boolean {
  return state.attempts.some((attempt) => attempt.runs.some((one) => one.id === run && one.status === "running"));
}

function runIn(state: LoopState | undefined, id: string): RunFacts | undefined {
  return state === undefined ? undefined : runsOf(state).get(id);
}

/** States are never changed in place, so the runs of each are looked through once. */
function runsOf(state: LoopState): ReadonlyMap<string, RunFacts> {
  const known = runsByState.get(state);
  if (known !== undefined) return known;
  const runs = new Map(state.attempts.flatMap((attempt) => attempt.runs.map((run) => [run.id, run] as const)));
  runsByState.set(state, runs);
  return runs;
}

const runsByState = new WeakMap<LoopState, ReadonlyMap<string, RunFacts>>();

/** Its loop has not heard how it ended. */
function isUntold(state: LoopState | undefined, id: string): boolean {
  const run = runIn(state, id);
  return run !== undefined && isOpen(run);
}

function isOpen({ status, untold }: RunFacts): boolean {
  return status === "running" || untold === true;
}

/** The thread went with the issue or its repository. */
function isDeleted({ ending }: LoopState): boolean {
  return ending?.of === "out_of_reach" && ["issue_deleted", "repository_deleted"].includes(ending.gone);
}
