// The verdict on a commit, with the logs of the jobs that failed.
import { Fault } from "../base/fault.ts";
import { rulesOf } from "../loop/begin.ts";
import type { CheckAgain, LoopState, Rules, Verdict } from "../loop/state.ts";
import { cutShortChecks, redChecks } from "../verify/ci.ts";
import type { CiFacts, JobLog } from "../verify/facts.ts";
import { verdictOf } from "../verify/verdict.ts";
import { ourChecks, type World } from "./world.ts";

/** What is judged; `tries` counts those before this one. */
interface Judged {
  readonly head: string;
  readonly ci: CiFacts;
  readonly tries: number;
}

/** A log is there a little later than the word that its job has ended: so many tries wait for it. */
const patience = 2;

/** The verdict on `head`, with the review, what own checks showed and what was green there before as the state holds them. */
export function judge(state: LoopState, head: string, ci: CiFacts): Verdict {
  const { review = null, verdict = null, checks, knockOut, gaming, trace, canary } = state.attempts.at(-1) ?? {};
  const before = verdict?.head === head ? verdict.parts : [];
  const wasGreen = before.filter(({ source, colour }) => source === "ci" && colour === "green").map(({ name }) => name);
  const own = checks === undefined ? {} : { checks, ciQuiet: state.ciQuiet === true || state.ciOverdue };
  const tried = knockOut === undefined ? {} : { knockOut };
  const tested = canary === undefined ? {} : { canary };
  const gamed = gaming?.head === head ? { gaming } : {};
  const traced = trace?.head === head ? { trace } : {};
  const rules = withTaken(rulesOf(state), state.unheldTaken === head);
  return verdictOf({ head, ci, review, rules, ourChecks, wasGreen, ...own, ...tried, ...tested, ...gamed, ...traced });
}

/** Of a commit that a person took as it is, what no test holds is told and no more. */
function withTaken(rules: Rules, isTaken: boolean): Rules {
  if (!isTaken || rules.knockOut === undefined) return rules;
  return { ...rules, knockOut: { ...rules.knockOut, notHeld: "inform" } };
}

/** The same; where it is red, with the log of each job that failed: one request each. Throws Fault. */
export async function judgeWithLogs(world: World, state: LoopState, { head, ci, tries }: Judged): Promise<Verdict> {
  const verdict = judge(state, head, ci);
  if (verdict.colour !== "red") return verdict;
  const jobs = redChecks(ci, rulesOf(state), ourChecks).flatMap(({ job }) => job ?? []);
  const logs = new Map<number, JobLog>();
  for (const job of jobs) logs.set(job, await readLog(world, state, job, tries));
  return judge(state, head, { ...ci, checks: ci.checks.map((check) => withLog(check, logs)) });
}

/**
 * What of the red checks can run again, each once; nothing where one of them is surely the change's doing. Where none is red,
 * those that were ended from outside.
 */
export function againOf(state: LoopState, verdict: Verdict, ci: CiFacts): { readonly again?: readonly CheckAgain[] } {
  if (verdict.doubtful !== true && verdict.colour !== "pending") return {};
  const wanted = verdict.colour === "pending" ? cutShortChecks : redChecks;
  const found = wanted(ci, rulesOf(state), ourChecks).flatMap(({ again }) => again ?? []);
  const once = new Map(found.map((one) => [`${one.of} ${one.id}`, one]));
  return once.size === 0 ? {} : { again: [...once.values()] };
}

async function readLog(world: World, { issue }: LoopState, job: number, tries: number): Promise<JobLog> {
  const log = await world.github.readJobLog(issue, job);
  const mayCome = "missing" in log && (log.missing === "not_there" || log.missing === "failed");
  if (!mayCome || tries >= patience) return log;
  throw new Fault(`The log of job ${job} cannot be read yet. Asking again.`, { kind: "not_found", retry: "later" });
}

function withLog(check: CiFacts["checks"][number], logs: ReadonlyMap<number, JobLog>) {
  const log = logs.get(check.job ?? Number.NaN);
  return log === undefined ? check : { ...check, log };
}
