// What a record may forget so that it stays small: detail of older attempts, never what a decision reads.
import type { Halt } from "../loop/cause.ts";
import { briefCheck, openHunks } from "../loop/own-checks.ts";
import type {
  Attempt,
  CheckSeen,
  Claim,
  EndingToBe,
  Finding,
  GamingSeen,
  KnockOutSeen,
  LoopState,
  Plan,
  Review,
  RunFacts,
  Said,
  TraceSeen,
  Verdict,
} from "../loop/state.ts";

/**
 * Tried in this order until the record fits. Kept at every step: the loop's own fields, its permits, and of each attempt
 * its number, times, commits, `counted`, the size and patch id of its change, and its verdict's colour and fingerprint;
 * of the last three also every run's role and status, which decisions count; of the last one what the reviewer said,
 * which the gate reads; and of all what was spent. Lost, step by step, oldest attempts first: findings and parts, reviews,
 * claims, isolation, what runs were made of, listed paths, runs; then long texts everywhere. The store of the App that wrote
 * the record still has all of it, and so has each attempt's own comment.
 */
export const shrinkSteps: readonly ((state: LoopState) => LoopState)[] = [
  (state) => state,
  (state) => shrunk(state, { whole: 3, text: 4000, items: 20 }),
  (state) => shrunk(state, { whole: 2, text: 1000, items: 10 }),
  (state) => shrunk(state, { whole: 1, text: 600, items: 6 }),
  (state) => shrunk(state, { whole: 1, text: 200, items: 3 }),
  (state) => shrunk(state, { whole: 0, text: 100, items: 1 }),
];

const DECISIVE_ATTEMPTS = 3;
const LOOKS = 600; // with less room for each text, the pictures that a check left are forgotten
const QUOTE = 500; // a permission that is asked for is at most this long and must survive word for word

interface Room {
  readonly whole: number; // so many of the last attempts keep their detail
  readonly text: number; // characters of each free text
  readonly items: number; // entries of each list of free texts
}

function shrunk(state: LoopState, room: Room): LoopState {
  return {
    ...state,
    title: cut(state.title, 250),
    snapshot: shrunkSnapshot(state.snapshot, room),
    changesRequested: findings(state.changesRequested, { ...room, items: Math.max(room.items, 3) }),
    ...(state.said === undefined ? {} : { said: state.said.map((one) => shrunkSaid(one, room)) }),
    ...(state.plan?.offered === undefined
      ? {}
      : { plan: { ...state.plan, offered: shrunkOffered(state.plan.offered, room) } }),
    ...(typeof state.afterPush === "object" ? { afterPush: shrunkPlan(state.afterPush, room) } : {}),
    ...(state.notes === undefined ? {} : { notes: shrunkNotes(state.notes, room) }),
    refusalsSaid: state.refusalsSaid.slice(-10),
    resumeAt: state.resumeAt && { ...state.resumeAt, why: shrunkHalt(state.resumeAt.why, room) },
    ending: shrunkEnding(state.ending, room),
    attempts: state.attempts.map((attempt, index) => shrunkAttempt(attempt, state.attempts.length - index, room)),
  };
}

function shrunkSnapshot(snapshot: LoopState["snapshot"], room: Room): LoopState["snapshot"] {
  return snapshot && { ...snapshot, title: cut(snapshot.title, 250), removed: texts(snapshot.removed, room) };
}

function shrunkHalt(why: Halt, room: Room): Halt {
  if (why.of === "told") return { ...why, said: cut(why.said, room.text) };
  return why.of === "executor_lost" ? { ...why, note: cut(why.note, room.text) } : why;
}

function shrunkEnding(ending: LoopState["ending"], room: Room): LoopState["ending"] {
  if (ending === null) return null;
  const length = Math.max(room.text, QUOTE);
  const quote = ending.quote === null ? null : cut(ending.quote, length);
  if (ending.of === "told") return { ...ending, quote, said: cut(ending.said, length) };
  if ("note" in ending) return { ...ending, quote, note: cut(ending.note, length) };
  return { ...ending, quote };
}

function shrunkSaid(said: Said, room: Room): Said {
  const about = said.about === undefined ? {} : { about: cut(said.about, Math.max(room.text, QUOTE)) };
  return { ...said, text: cut(said.text, room.text), ...about };
}

/** Its steps stay, for whoever works by it, however short. */
function shrunkOffered(plan: Plan, room: Room): Plan {
  const { summary, steps, files, verification, estimate } = plan;
  return {
    summary: cut(summary, room.text),
    steps: steps.map((step) => cut(step, Math.max(room.text, 200))),
    files: files.slice(0, Math.max(room.items, 10)),
    verification: cut(verification, Math.max(room.text, 200)),
    estimate: cut(estimate, room.text),
  };
}

function shrunkPlan(plan: EndingToBe, room: Room): EndingToBe {
  const quote = plan.quote == null ? {} : { quote: cut(plan.quote, Math.max(room.text, QUOTE)) };
  return "note" in plan
    ? { ...plan, ...quote, note: cut(plan.note, Math.max(room.text, QUOTE)) }
    : { ...plan, ...quote };
}

/** `age` counts from the newest attempt, which is 1. */
function shrunkAttempt(attempt: Attempt, age: number, room: Room): Attempt {
  if (age <= room.whole) return clipped(attempt, room);
  const runs = age <= DECISIVE_ATTEMPTS ? attempt.runs.map(lightRun) : costOnly(attempt.runs);
  const bare = { ...room, items: 0 };
  const fingerprint = cut(attempt.verdict?.fingerprint ?? "", age <= DECISIVE_ATTEMPTS ? 200 : 16);
  return {
    ...attempt,
    runs,
    claim: null,
    attached: undefined,
    ...(attempt.checks === undefined ? {} : { checks: age === 1 ? briefChecks(attempt.checks, 50) : [] }),
    knockOut: age === 1 ? attempt.knockOut && briefKnockOut(attempt.knockOut, { ...room, items: 1 }) : undefined,
    gaming: age === 1 ? attempt.gaming && briefGaming(attempt.gaming, { ...room, items: 1 }) : undefined,
    trace: age === 1 ? attempt.trace && briefTrace(attempt.trace, room) : undefined,
    review: age === 1 ? attempt.review && clippedReview(attempt.review, bare) : null,
    reviews: age === 1 ? attempt.reviews?.map((one) => clippedReview(one, bare)) : undefined,
    change: attempt.change && withoutPaths(attempt.change),
    verdict: attempt.verdict && { ...attempt.verdict, fingerprint, parts: [], findings: [] },
  };
}

function withoutPaths({ heaviest: _, ...change }: NonNullable<Attempt["change"]>): NonNullable<Attempt["change"]> {
  return { ...change, paths: [] };
}

/** Money that was spent stays spent: one run stands for all that cost anything. */
function costOnly(runs: readonly RunFacts[]): RunFacts[] {
  const spentNano = runs.reduce((sum, run) => sum + run.spentNano, 0);
  const [first] = runs;
  return first === undefined || spentNano === 0 ? [] : [{ ...lightRun(first), tools: [], spentNano }];
}

function clipped(attempt: Attempt, room: Room): Attempt {
  return {
    ...attempt,
    runs: attempt.runs.map((run) => (room.items > 3 ? clippedRun(run, room) : lightRun(run))),
    claim: attempt.claim && clippedClaim(attempt.claim, room),
    attached: room.text < LOOKS ? undefined : attempt.attached,
    review: attempt.review && clippedReview(attempt.review, room),
    reviews: attempt.reviews?.map((one) => clippedReview(one, room)),
    change: attempt.change && clippedChange(attempt.change, room),
    verdict: attempt.verdict && clippedVerdict(attempt.verdict, room),
    ...(attempt.checks === undefined ? {} : { checks: briefChecks(attempt.checks, room.text) }),
    knockOut: attempt.knockOut && briefKnockOut(attempt.knockOut, room),
    gaming: attempt.gaming && briefGaming(attempt.gaming, room),
    trace: attempt.trace && briefTrace(attempt.trace, room),
  };
}

function clippedChange(change: NonNullable<Attempt["change"]>, room: Room): NonNullable<Attempt["change"]> {
  const { heaviest, ...rest } = change;
  const kept = heaviest?.map((file) => ({ ...file, path: cut(file.path, room.text) }));
  return { ...rest, paths: texts(change.paths, room), ...(kept === undefined ? {} : { heaviest: kept }) };
}

/** What the gate reads of them: its state, and why in short. What they found is in the verdict; one that is not yet read begins anew. */
function briefChecks(checks: NonNullable<Attempt["checks"]>, text: number): NonNullable<Attempt["checks"]> {
  const short = (seen: CheckSeen | null) => {
    if (seen === null) return null;
    const { pictures, unread, ...rest } = seen;
    const looks = text < LOOKS ? {} : { ...(pictures && { pictures }), ...(unread && { unread }) };
    return { ...rest, ...looks, note: cut(seen.note, text) };
  };
  return checks.map(briefCheck).map(({ name, head, base }) => ({ name, head: short(head), base: short(base) }));
}

/** Whether there is any such place decides, and how many is told; the verdict's own words name more of them. */
function briefKnockOut(seen: KnockOutSeen, room: Room): KnockOutSeen {
  const short = (places: KnockOutSeen["notHeld"]) =>
    places.slice(0, room.items).map(({ path, lines }) => ({ path: cut(path, room.text), lines }));
  const { held, beyond, idleTests, note } = seen;
  const [notHeld, unknown] = [short(seen.notHeld), short(seen.unknown)];
  const all = openHunks(seen);
  const unlisted = { notHeld: all.notHeld - notHeld.length, unknown: all.unknown - unknown.length };
  return {
    held,
    notHeld,
    unknown,
    beyond,
    idleTests: texts(idleTests, room),
    ...(unlisted.notHeld + unlisted.unknown === 0 ? {} : { unlisted }),
    ...(note === undefined ? {} : { note: cut(note, room.text) }),
  };
}

/** What it says in the verdict, and where a person looks first. */
function briefGaming(seen: GamingSeen, room: Room): GamingSeen {
  const kept = findings(seen.findings, room);
  const more = seen.more + seen.findings.length - kept.length;
  return { head: seen.head, findings: kept, more, unread: texts(seen.unread, room) };
}

/** Which rules found something decides; their words are told. */
function briefTrace({ head, finds }: TraceSeen, room: Room): TraceSeen {
  return { head, finds: finds.map((one) => ({ ...one, detail: cut(one.detail, room.text) })) };
}

function lightRun(run: RunFacts): RunFacts {
  const { provenance: _, said: _said, toolCalls: _calls, refusals: _refusals, lostServices: _lost, ...kept } = run;
  return { ...kept, isolation: null, logSha256: null, briefSha256: null };
}

function clippedRun(run: RunFacts, room: Room): RunFacts {
  return run.said === undefined ? run : { ...run, said: cut(run.said, room.text) };
}

function clippedClaim(claim: Claim, room: Room): Claim {
  const short = (text: string | null): string | null => (text === null ? null : cut(text, room.text));
  return {
    summary: cut(claim.summary, room.text),
    confidence: claim.confidence,
    question: short(claim.question),
    ...(claim.choices === undefined ? {} : { choices: claim.choices.map((choice) => cut(choice, room.text)) }),
    ...(claim.recommendation === undefined ? {} : { recommendation: cut(claim.recommendation, room.text) }),
    permission: short(claim.permission),
    blockedOn: short(claim.blockedOn),
    nothingToDo: short(claim.nothingToDo),
    assumptions: texts(claim.assumptions, room),
    decisions: texts(claim.decisions, room),
  };
}

function clippedReview({ criteria = [], ...review }: Review, room: Room): Review {
  const short = criteria.map(({ text, state, evidence }) => {
    return { text: cut(text, room.text), state, evidence: cut(evidence, room.text) };
  });
  return {
    ...review,
    summary: cut(review.summary, room.text),
    findings: findings(review.findings, room),
    ...(short.length === 0 || short.length > room.items ? {} : { criteria: short }), // all or none: they are counted
  };
}

function clippedVerdict(verdict: Verdict, room: Room): Verdict {
  const parts = verdict.parts.slice(0, room.items).map((part) => ({ ...part, note: cut(part.note, room.text) }));
  return { ...verdict, parts, findings: findings(verdict.findings, room) };
}

function findings(all: readonly Finding[], room: Room): Finding[] {
  return all.slice(0, room.items).map((finding) => ({
    ...finding,
    title: cut(finding.title, 200),
    detail: cut(finding.detail, room.text),
    path: finding.path === null ? null : cut(finding.path, 200),
  }));
}

/** The newest are kept. */
function shrunkNotes(notes: NonNullable<LoopState["notes"]>, room: Room): NonNullable<LoopState["notes"]> {
  return { ...notes, texts: texts(notes.texts.slice(-room.items), room) };
}

function texts(all: readonly string[], room: Room): string[] {
  return all.slice(0, room.items).map((text) => cut(text, room.text));
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
