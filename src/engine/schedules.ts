// The schedules of a repository: looked at when the next time has come, each opens an issue and has its loop begin, or says why not.
import { Bug } from "../base/assert.ts";
import { Fault, toFault } from "../base/fault.ts";
import { mayWrite } from "../loop/begin.ts";
import type { Effect } from "../loop/effect.ts";
import { hasLabel, isLive, statusLabels } from "../loop/end.ts";
import { issueKeyOf } from "../loop/issue-key.ts";
import {
  countsFrom,
  firstSeen,
  looksAgainAt,
  noIssue,
  opened,
  passAt,
  type Schedules,
  type Standing,
} from "../loop/schedule.ts";
import type { LoopState, Person } from "../loop/state.ts";
import { newestWithin, nextAfter } from "../policy/cron.ts";
import { schedulesIn } from "../policy/schedules.ts";
import type { Schedule } from "../policy/schema.ts";
import { decodePass, encodePass, type SealedPass } from "../record/pass.ts";
import { scheduledIssue, scheduledTitle } from "../report/schedule.ts";
import type { IssueAnswers, RepositoryRef, ScheduleRead } from "./ports.ts";
import { unlisted, type World } from "./world.ts";

type RunSchedules = Extract<Effect, { type: "run_schedules" }>;

/** On every issue that a schedule opened; it is found by it. */
const scheduledLabel = "loop:scheduled";

/** Where something fails for good, or is given up, everything is looked at anew after so long. */
const againMs = 24 * 3_600_000;

/** An issue that was opened may be listed this much later. */
const replicaMs = 60_000;

/** Of so many different people at most it is asked what they may do here: each costs one request. */
const speakersAtMost = 5;

/**
 * Looks at all schedules of the repository: done again after any interruption, no time opens two issues. `repositoryId` and `label` are
 * those that an issue's loop would have. Throws `Fault` where it may work later.
 */
export async function runSchedules(
  world: World,
  repositoryId: number,
  { repository, at }: RunSchedules,
): Promise<void> {
  const key = issueKeyOf(repositoryId, noIssue);
  const stored = await world.store.schedules(repositoryId);
  const known = repository ?? stored?.repository ?? (await world.repositoryOf(repositoryId));
  if (known === undefined) return;
  // Set before anything can fail: however this look ends, another one comes.
  await world.store.setAlarm(key, "schedules", world.clock.now() + againMs);
  if (known === null) throw unlisted(repositoryId);
  try {
    const next = await lookAtAll(world, known, stored, at);
    if (next === null) await world.store.clearAlarm(key, "schedules");
    else await world.store.setAlarm(key, "schedules", next);
  } catch (error) {
    if (error instanceof Bug || toFault(error, "").retry !== "never") throw error;
    world.log.warn({ repository: repositoryId, err: error }, "schedules could not be looked at; trying again in a day");
  }
}

/** Resolves to when they are to be looked at next; null: when the policy changes. */
async function lookAtAll(
  world: World,
  known: RepositoryRef,
  stored: Schedules | null,
  at: number,
): Promise<number | null> {
  const { store, github, log } = world;
  const read = await github.readSchedules(known);
  const { repository } = read;
  const named = schedulesIn(read, world.operator);
  if (!named.ok) {
    log.warn({ repository: repository.repositoryId, why: named.message }, "the policy is not valid; no schedule runs");
    return world.clock.now() + againMs;
  }
  if (named.schedules.length === 0) {
    await store.setSchedules(repository.repositoryId, null);
    return null;
  }
  const own = named.schedules.every(({ name }) => standingOf(stored, name)) ? [] : await passesOf(world, repository);
  let next: number | null = null;
  let standing: Schedules["standing"] = {};
  for (const schedule of named.schedules) {
    const before = standingOf(stored, schedule.name) ?? firstSeen(passOf(newestOf(own, schedule.name)), at);
    standing = { ...standing, [schedule.name]: before };
  }
  const save = async (name: string, now: Standing) => {
    standing = { ...standing, [name]: now };
    await store.setSchedules(repository.repositoryId, { repository, standing });
  };
  for (const schedule of named.schedules) {
    const before = standing[schedule.name] as Standing;
    if (standingOf(stored, schedule.name) === undefined) await takeUpLast(world, repository, schedule, own);
    const after = await lookAt({ world, read, schedule, at, save }, before);
    await save(schedule.name, after);
    const looks = looksAgainAt(after, nextAfter(schedule, Math.max(at, after.since)), at);
    next = looks === null ? next : Math.min(next ?? looks, looks);
  }
  return next;
}

/** Undefined: it was not looked at before. A schedule may have any name, also one that every object has, such as `constructor`. */
function standingOf(stored: Schedules | null, name: string): Standing | undefined {
  return stored !== null && Object.hasOwn(stored.standing, name) ? stored.standing[name] : undefined;
}

interface Look {
  readonly world: World;
  readonly read: ScheduleRead;
  readonly schedule: Schedule;
  readonly at: number;
  readonly save: (name: string, now: Standing) => Promise<void>;
}

async function lookAt(look: Look, before: Standing): Promise<Standing> {
  const { world, read, schedule, at } = look;
  const time = newestWithin(schedule, countsFrom(before, at), at);
  if (time === null) return before;
  const adopted = before.opening === undefined ? null : await openedBefore(look, before, before.opening);
  if (adopted !== null) return begin(look, before, adopted);
  const { repository } = read;
  const facts = {
    paused: (await world.store.allPaused(repository.repositoryId)) !== null,
    going: before.last !== null && (await isGoing(world, repository, before.last.issue)),
    base: await baseOf(world, read),
  };
  let came = passAt(before, schedule, time, { ...facts, unanswered: null });
  if (came.of === "asks") {
    const unanswered = await unansweredOf(world, repository, came.issues);
    came = passAt(before, schedule, time, { ...facts, unanswered });
  }
  const fields = { repository: repository.repositoryId, schedule: schedule.name, at: new Date(time).toISOString() };
  if (came.of !== "opens") {
    const standing = came.of === "nothing" ? came.standing : before;
    world.log.info({ ...fields, why: standing.skipped?.why }, "a schedule's time came to nothing");
    return standing;
  }
  await look.save(schedule.name, { ...came.standing, opening: { at: time, begunAt: world.clock.now() } });
  return begin(look, came.standing, await open(look, came.standing, time, facts.base));
}

/** What an issue is known by once it is there. */
interface Opened {
  readonly pass: SealedPass;
  readonly number: number;
  readonly author: Person;
}

async function open({ world, read, schedule }: Look, standing: Standing, at: number, base: string): Promise<Opened> {
  const { repository } = read;
  const { name } = schedule;
  const pass: SealedPass = { name, pass: standing.passes + 1, at, base, unanswered: standing.unanswered };
  const { title, body } = scheduledIssue(schedule, { ...pass, last: standing.last?.issue ?? null });
  const draft = {
    title,
    body: [body, encodePass(repository.repositoryId, pass, world.sealKey)].join("\n\n"),
    labels: [scheduledLabel, world.label],
  };
  return { pass, ...(await world.github.openIssue(repository, draft)) };
}

/** An earlier try may have opened the issue, and ended before that was stored. Null: it did not. */
async function openedBefore(
  { world, read, schedule }: Look,
  before: Standing,
  opening: NonNullable<Standing["opening"]>,
): Promise<Opened | null> {
  const found = newestOf(await passesOf(world, read.repository), schedule.name);
  if (found !== null && found.pass.at >= opening.at && found.pass.pass > before.passes) return found;
  if (Math.abs(world.clock.now() - opening.begunAt) >= replicaMs) return null;
  throw new Fault(`GitHub may not list the issue of the schedule ${schedule.name} yet. Looking again.`, {
    kind: "not_found",
    retry: "later",
  });
}

/** Its loop is told before the pass is stored: told again, it begins once. */
async function begin(
  { world, read, schedule }: Look,
  before: Standing,
  { pass, number, author }: Opened,
): Promise<Standing> {
  const { repository } = read;
  await tellLoop(world, repository, schedule, { pass, number, author });
  const fields = { repository: repository.repositoryId, schedule: schedule.name, issue: number, pass: pass.pass };
  world.log.info(fields, "a schedule opened an issue");
  return opened({ ...before, unanswered: [...pass.unanswered] }, { at: pass.at, issue: number, base: pass.base });
}

async function tellLoop(
  world: World,
  repository: RepositoryRef,
  schedule: Schedule,
  { pass, number, author }: Opened,
): Promise<void> {
  const key = issueKeyOf(repository.repositoryId, number);
  const title = scheduledTitle(schedule, pass.at);
  await world.submit(
    key,
    {
      type: "labelled",
      issue: { ...repository, number },
      loop: world.newLoopId(),
      title,
      label: world.label,
      actor: author,
      threadSeen: true,
      schedule: {
        name: schedule.name,
        at: pass.at,
        pass: pass.pass,
        of: schedule.max_runs,
        unanswered: pass.unanswered.length,
        stopAfter: schedule.stop_after,
      },
    },
    `scheduled/${key}/${pass.at}`,
  );
}

/** With the store lost right after it opened an issue, nobody told that issue's loop to begin. */
async function takeUpLast(
  world: World,
  repository: RepositoryRef,
  schedule: Schedule,
  own: readonly Opened[],
): Promise<void> {
  const last = newestOf(own, schedule.name);
  if (last === null || (await stateOf(world, repository, last.number)) !== null) return;
  const answers = (await world.github.readAnswers(repository, [last.number])).get(last.number);
  if (answers !== undefined && hasLabel(answers.labels, world.label)) await tellLoop(world, repository, schedule, last);
}

async function passesOf(world: World, repository: RepositoryRef): Promise<readonly Opened[]> {
  const issues = await world.github.readOwnIssues(repository, scheduledLabel);
  return issues.flatMap(({ number, body, author }) => {
    const pass = decodePass(repository.repositoryId, body, world.sealKey);
    return pass === null ? [] : [{ pass, number, author }];
  });
}

function passOf(found: Opened | null): Parameters<typeof firstSeen>[0] {
  return found === null ? null : { ...found.pass, issue: found.number };
}

function newestOf(own: readonly Opened[], name: string): Opened | null {
  return own.filter(({ pass }) => pass.name === name).toSorted((a, b) => b.pass.pass - a.pass.pass)[0] ?? null;
}

/** The commit of the branch that loops begin from, as the policy says. */
async function baseOf(world: World, read: ScheduleRead): Promise<string> {
  const named = schedulesIn(read, world.operator);
  const branch = named.ok ? named.base : "";
  if (branch === "" || branch === read.base?.branch) return read.base?.sha ?? "";
  return (await world.github.readBase(read.repository, branch))?.base.sha ?? "";
}

/** The loop of that issue, brought back from its thread where the store has lost it; null: there is none. */
async function stateOf(
  world: World,
  repository: RepositoryRef,
  issue: number,
): Promise<LoopState | "beginning" | null> {
  const key = issueKeyOf(repository.repositoryId, issue);
  if ((await world.store.nextEvent(key)) !== null) return "beginning";
  const state = await world.store.load(key);
  if (state !== null) return state;
  const recalled = await world.recall(key);
  if (recalled === null && !(await world.github.readAnswers(repository, [issue])).has(issue)) return null; // it is gone
  if (recalled === null)
    throw new Fault(`The thread of issue ${issue} cannot be read now.`, { kind: "unavailable", retry: "later" });
  return recalled === "none" ? null : "beginning";
}

async function isGoing(world: World, repository: RepositoryRef, issue: number): Promise<boolean> {
  const state = await stateOf(world, repository, issue);
  return state === "beginning" || (state !== null && isLive(state));
}

/** Of these, oldest first, those at the end that nobody answered. */
async function unansweredOf(
  world: World,
  repository: RepositoryRef,
  issues: readonly number[],
): Promise<readonly number[]> {
  const answers = await world.github.readAnswers(repository, issues);
  const open = [...issues];
  for (const [index, issue] of [...issues.entries()].reverse())
    if (await isAnswered(world, repository, issue, answers.get(issue))) return open.slice(index + 1);
  return open;
}

/** It ended well, or a person who may write or triage here did something about it. What is gone a person took away. */
async function isAnswered(
  world: World,
  repository: RepositoryRef,
  issue: number,
  answers: IssueAnswers | undefined,
): Promise<boolean> {
  if (answers === undefined || answers.triaged || hasLabel(answers.labels, statusLabels.well)) return true;
  const state = await world.store.load(issueKeyOf(repository.repositoryId, issue));
  if (
    state !== null &&
    (state.approvals.length > 0 || (state.requestsHeard ?? []).length > 0 || state.ending?.by != null)
  )
    return true;
  for (const person of answers.speakers.slice(0, speakersAtMost))
    if (mayWrite(await world.github.permission(repository, person))) return true;
  return false;
}
