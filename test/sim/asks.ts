// An event that asks for work leads to work, unless a limit was reached by work, a person said otherwise, or something came over it.
import { countedRuns, isAnswered, mayWrite } from "../../src/loop/begin.ts";
import { classOf } from "../../src/loop/end.ts";
import type { LoopEvent } from "../../src/loop/event.ts";
import { loopMsOf } from "../../src/loop/grants.ts";
import { issueKeyOf } from "../../src/loop/issue-key.ts";
import type { LoopState, Phase, Verdict } from "../../src/loop/state.ts";
import type { Containers } from "./containers.ts";
import { nameOf, repository } from "./model.ts";
import type { Committed, Disk } from "./store.ts";
import type { World } from "./world.ts";

export interface AsksParts {
  readonly world: World;
  readonly containers: Containers;
  readonly disk: Disk;
  readonly now: () => number; // of the world
  readonly hold: (condition: boolean, what: string) => void;
}

/** How long a loop has worked on its grant, as of its last commit, by the engine's clock and by the world's. */
interface Worked {
  readonly ms: number;
  readonly at: number;
  readonly reallyAt: number;
  readonly phase: Phase;
}

const working: readonly Phase[] = ["queued", "preparing", "executing", "publishing", "verifying", "resting"];

/** A clock that is read twice in one decision, and what a look may be late. */
const slackMs = 60_000;

/** What asks for a judgement alone is also answered by one. */
const judging: readonly LoopEvent["type"][] = [
  "verdict_read",
  "gate_read",
  "published",
  "publish_overtaken",
  "publish_refused",
];

export function createAsks(parts: AsksParts) {
  const { world, containers, disk, hold } = parts;
  const owed = new Map<string, string>(); // loop → what asked last for work that has not begun
  const clocks = new Map<string, Worked>();

  function onCommit(step: Committed, same: LoopState | null, after: LoopState): void {
    const { event } = step;
    tick(step, after);
    if (event.type === "run_ended") owed.delete(after.id);
    if (judging.includes(event.type) && !isOfAgent(owed.get(after.id))) owed.delete(after.id);
    if (isToldClosed(step)) owed.delete(after.id);
    const ask = askOf(step, same, after);
    if (ask !== null) owed.set(after.id, ask);
    if (event.type === "verdict_read" && after.ending?.reason === "retry_limit") checkUsedUp(after);
    if (after.ending?.of === "loop_time" && same?.ending?.of !== "loop_time") checkTime(after);
    if (after.phase === "paused") owed.delete(after.id); // whoever goes on with it asks anew
    if (same !== null && (same.phase !== after.phase || same.ending?.at !== after.ending?.at)) settleUp(after);
  }

  /** An attempt, not only another look at the same commit. */
  function isOfAgent(ask: string | undefined): boolean {
    return ask !== undefined && ["a label", "a red verdict", "a request for changes"].includes(ask);
  }

  function askOf({ event }: Committed, same: LoopState | null, after: LoopState): string | null {
    if (same === null) return event.type === "labelled" ? "a label" : null;
    switch (event.type) {
      case "command_checked":
        return mayWrite(event.permission) && !isHeldBack(event) ? commanded(event.command.verb, same) : null;
      case "gate_read":
        return same.phase === "awaiting_gate" && event.facts.open && event.facts.changes.length > 0 && isLive(after)
          ? "a request for changes"
          : null;
      case "branch_moved":
        return after.head !== same.head && isLive(after) ? "a push" : null;
      case "verdict_read":
        return isRedNow(event.verdict, same) && isLive(after) && !isRerun(after) ? "a red verdict" : null;
      default:
        return null;
    }
  }

  /** A person's word on a loop that waits for one. */
  function commanded(verb: string, { phase, ending }: LoopState): string | null {
    if (verb === "resume") return phase === "paused" ? "/loop resume" : null;
    if (phase !== "settled" || ending === null) return null;
    if (verb === "answer") return ending.of === "question" ? "/loop answer" : null;
    if (verb === "deny") {
      const isAsked = ending.of === "permission_asked" || (ending.pendingHead !== null && ending.resume === "publish");
      return isAsked && ending.of !== "push_declined" && ending.of !== "effect_failed" ? "/loop deny" : null;
    }
    if (verb === "retry") {
      return ending.resume !== "none" && classOf(ending.reason) === "person" ? "/loop retry" : null;
    }
    return verb === "approve" && ending.pendingHead !== null && ending.resume === "publish" ? "/loop approve" : null;
  }

  /** The loop has come to rest: what was asked for before was done, or there is a reason. */
  function settleUp(after: LoopState): void {
    const ask = owed.get(after.id);
    if (ask === undefined || isLive(after)) return;
    owed.delete(after.id);
    const why = after.phase === "refused" ? "refused" : after.ending?.of;
    hold(isExcused(after), `Asked: ${ask} on loop ${after.id} led to no work, and it ended as ${why}`);
  }

  /** Whose word, whose fault or which limit it was; that a limit was reached by work is asked of the containers. */
  function isExcused(after: LoopState): boolean {
    const { ending, rules } = after;
    if (after.phase === "refused" || ending === null) return true; // I2 asks whether the claim was read right
    switch (ending.reason) {
      case "cancelled":
      case "state_tampered":
      case "policy_invalid":
      case "infrastructure_error":
      case "task_complete":
        return true;
      case "external_dependency_blocked":
        return ending.of === "base_conflict";
      case "retry_limit":
        return isUsedUp(after);
      case "budget_limit":
        if (rules === null) return false;
        if (ending.of === "loop_time") return true; // `checkTime` asks for each
        if (ending.of === "runs") return countedRuns(after) >= rules.lifetimeRuns;
        if (ending.of === "issue_runs") return after.earlier.runs + countedRuns(after) >= rules.issueRuns;
        return ["money", "issue_money"].includes(ending.of) && spentBy(after) >= after.grantedNano * 0.9;
      default:
        return false;
    }
  }

  function spentBy({ id }: LoopState): number {
    const own = [...containers.all.values()].filter(({ loop }) => loop === id);
    return own.reduce((sum, one) => sum + one.spent(), 0);
  }

  function isUsedUp({ attempts, granted }: LoopState): boolean {
    return attempts.filter(({ counted }) => counted).length >= granted;
  }

  function checkUsedUp(after: LoopState): void {
    hold(isUsedUp(after), `Asked: a red verdict ended loop ${after.id} with attempts left`);
  }

  /** By every clock: what the phases in which a loop works came to since its last grant, and no more. */
  function tick({ event, now }: Committed, { id, phase }: LoopState): void {
    const known = clocks.get(id) ?? { ms: 0, at: now, reallyAt: parts.now(), phase };
    const passed = Math.max(now - known.at, parts.now() - known.reallyAt);
    const isGranted = event.type === "retry_read" || event.type === "claim_read";
    // What a lost store knew last may not have reached the thread: by the thread, the loop was at work until it was restored.
    const works = working.includes(known.phase) || event.type === "restored";
    const ms = isGranted ? 0 : known.ms + (works ? passed : 0);
    clocks.set(id, { ms, at: now, reallyAt: parts.now(), phase });
  }

  function checkTime(state: LoopState): void {
    const { id } = state;
    const worked = clocks.get(id)?.ms ?? 0;
    const may = loopMsOf(state);
    hold(worked >= may - slackMs, `Asked: loop ${id} ended as out of time after ${worked} of ${may} ms`);
  }

  /** Long after the last fault: nobody waits for what they asked. */
  function onEnd(isAbsent: (loop: string) => boolean, declined: boolean): void {
    for (const [loop, ask] of owed) {
      const state = [...disk.loops.values()].find(({ id }) => id === loop);
      if (state !== undefined && !isAbsent(loop)) hold(false, `Asked: ${ask} on loop ${loop} led to nothing at all`);
    }
    for (const state of disk.loops.values()) checkGate(state);
    if (!declined) for (const number of world.issues.keys()) checkLabel(number);
  }

  /** What people did to a pull request that waits for them was seen. */
  function checkGate(state: LoopState): void {
    if (state.phase !== "awaiting_gate" || state.branch === null) return;
    const tip = world.branches.get(state.branch)?.value ?? null;
    const head = state.attempts.at(-1)?.head ?? null;
    hold(tip === null || tip === head, `Asked: a push to the branch of loop ${state.id} was never judged`);
    const pull = state.pull === null ? undefined : world.pulls.get(state.pull.number)?.value;
    if (pull === undefined || pull.head !== head) return;
    const words = pull.reviews.filter((one) => one.state !== "commented");
    for (const one of new Map(words.map((review) => [review.author.id, review])).values()) {
      const counts = one.state === "changes_requested" && one.head === head;
      const may = mayWrite(world.permissions.value[nameOf(one.author)] ?? "none");
      const unheard = counts && may && !state.requestsHeard?.includes(one.id);
      hold(!unheard, `Asked: ${one.author.login} requested changes of loop ${state.id} and was never heard`);
    }
  }

  /** A label that somebody set who may is answered by a loop. */
  function checkLabel(number: number): void {
    const { open, labelledBy } = world.issues.get(number)!.value;
    if (!open || labelledBy === null || labelledBy.actor.type === "Bot") return;
    if (!mayWrite(world.permissions.value[nameOf(labelledBy.actor)] ?? "none")) return;
    const state = disk.loops.get(issueKeyOf(repository.id, number));
    const answered = state !== undefined && (isLive(state) || isAnswered(state.labelSetAt, labelledBy.at));
    hold(answered, `Asked: the label on issue ${number} has no loop that answers it`);
  }

  return {
    onCommit,
    /** A container begins: that is work. */
    onStart: (loop: string) => void owed.delete(loop),
    /** What was asked for and not written down went with the store. */
    onStoreLost: () => owed.clear(),
    onEnd,
  };
}

/** The whole repository is paused, or the issue closed: whoever asked is told so. */
function isHeldBack({ allPaused, closed }: Extract<LoopEvent, { type: "command_checked" }>): boolean {
  return allPaused !== undefined || closed === true;
}

/** Nothing begins on a closed issue; whoever asked is told so. */
function isToldClosed({ event, effects }: Committed): boolean {
  const told = effects.some(({ effect }) => effect.type === "reply" && effect.reply.kind === "retry_on_closed");
  return event.type === "retry_read" && !event.facts.open && told;
}

/** One on a commit that a push has overtaken asks for nothing: the push does. */
function isRedNow({ colour, head }: Verdict, { phase, attempts }: LoopState): boolean {
  return colour === "red" && phase === "verifying" && attempts.at(-1)?.head === head;
}

function isRerun({ attempts }: LoopState): boolean {
  return attempts.at(-1)?.rerun === "asked";
}

function isLive(state: LoopState): boolean {
  return state.phase !== "settled" && state.phase !== "refused";
}
