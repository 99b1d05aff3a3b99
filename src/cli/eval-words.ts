// What `loopgate eval` says: a row for each task and agent, the totals, and why other commits were no tasks.
import { dollarsOf } from "../loop/money.ts";
import type { Verdict } from "../loop/state.ts";
import { duration } from "../report/time.ts";
import { isFalseRed, type Outcome } from "../verify/eval/outcome.ts";
import { nameOf, type Unproven } from "../verify/eval/proof.ts";
import type { Unfit } from "../verify/eval/select.ts";
import type { EvaluatedAgent } from "./eval-agents.ts";
import type { Begun, TaskEnd } from "./eval-results.ts";
import type { Chosen, ProvedTask, UnprovedTask } from "./eval-tasks.ts";

export interface Row {
  readonly agent: string; // its label
  readonly task: ProvedTask;
  /** Null, or without an end: it was not tried. */
  readonly known: Begun | null;
  /** What kept it from an end, in a sentence; null: nothing did. */
  readonly fault: string | null;
}

export interface Evaluated extends Pick<Chosen, "looked" | "unfit"> {
  readonly agents: readonly EvaluatedAgent[];
  readonly unproved: readonly UnprovedTask[];
  readonly rows: readonly Row[];
  /** By the budget, before the last task. */
  readonly stopped: boolean;
}

const outcomes: Readonly<Record<Outcome, string>> = {
  solved: "solved",
  red: "red",
  false_green: "FALSE GREEN",
  not_judged: "not judged",
};

const unproven: Readonly<Record<Unproven, string>> = {
  red_on_commit: "its tests are red on the commit itself",
  green_on_parent: "its tests are green without its code too",
  no_evidence: "the commands showed nothing on the commit itself",
};

const unfits: Readonly<Record<Unfit, string>> = {
  merge: "merges",
  first: "without a parent",
  too_large: "too large",
  no_tests: "without changed tests",
  no_code: "without changed code",
  tests_in_sources: "with tests inside source files, which cannot be hidden without the code around them",
  submodule: "with a submodule among the tests",
};

/** One line on how a task ended. */
export function endLine(end: TaskEnd): string {
  const { outcome, hidden, reason } = end;
  const failed = (hidden?.failed ?? []).map(nameOf);
  const some = failed.length === 0 ? "" : ` (${failed.slice(0, 2).join(", ")}${failed.length > 2 ? ", …" : ""})`;
  const detail: Readonly<Record<Outcome, string>> = {
    solved: "",
    red: `${reason === null ? "" : `, ended as ${reason}`}${isFalseRed(end) ? "; the hidden tests are green" : ""}`,
    false_green: `: the policy's verdict is green, hidden tests are red${some}`,
    not_judged: reason === null ? "" : `: ended as ${reason}`,
  };
  return `${outcomes[outcome]}${detail[outcome]}; ${measures(end)}`;
}

function measures({ attempts, ms, spentNano }: TaskEnd): string {
  return `${attempts === 1 ? "1 attempt" : `${attempts} attempts`}, ${duration(ms)}, ${dollars(spentNano)}`;
}

function dollars(nano: number): string {
  return `$${dollarsOf(nano).toFixed(2)}`;
}

/** One line on an attempt that was judged. */
export function attemptLine(attempt: number, { colour, findings }: Verdict): string {
  const [first] = findings;
  const why = first === undefined ? "" : `: ${clipped(first.title, 100)}`;
  return `attempt ${attempt} is ${colour === "pending" ? "without evidence" : colour}${why}`;
}

/** The table for a terminal. */
export function asText(evaluated: Evaluated): string {
  const { agents, rows, unproved, looked, unfit, stopped } = evaluated;
  const blocks = agents.map(({ label }) => {
    const own = rows.filter(({ agent }) => agent === label);
    return [labelled(label), ...own.map(rowLine), `  ${totalLine(totalsOf(own))}`];
  });
  const skipped = unproved.map(({ commit, text, why, names }) => {
    const some = names.length === 0 ? "" : ` (${names.slice(0, 2).map(nameOf).join(", ")})`;
    return `  ${commit.slice(0, 12)}  ${clipped(text.title, 50)}: ${unproven[why]}${some}`;
  });
  const others = Object.entries(unfit).map(([why, count]) => `${count} ${unfits[why as Unfit]}`);
  const lines = [
    ...(rows.length === 0 ? [] : blocks.flat()),
    ...(skipped.length === 0 ? [] : ["Could not be judged, and no agent was asked:", ...skipped]),
    `${looked} ${looked === 1 ? "commit was" : "commits were"} looked at.${others.length === 0 ? "" : ` Not tasks: ${others.join(", ")}.`}`,
    ...(rows.length === 0 ? ["No commit can be judged, so no agent was tried."] : []),
    ...(stopped ? ["Stopped: the next task could take the cost beyond --budget."] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function labelled(label: string): string {
  return clipped(label.split("\n")[0] ?? "", 100);
}

function rowLine({ task, known, fault }: Row): string {
  const end = known?.end ?? null;
  const told = end !== null ? endLine(end) : fault === null ? "not tried" : `failed: ${fault}`;
  return `  ${task.commit.slice(0, 12)}  ${clipped(task.text.title, 50).padEnd(50)}  ${told}`;
}

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

interface Totals extends Readonly<Record<Outcome, number>> {
  readonly tasks: number;
  readonly falseRed: number;
  readonly failed: number; // for a fault, so that they begin again
  readonly notTried: number;
  readonly attempts: number;
  readonly ms: number;
  readonly spentNano: number; // tries that came to no end included
}

/** Of one agent's rows. */
function totalsOf(rows: readonly Row[]): Totals {
  const ends = rows.flatMap(({ known }) => known?.end ?? []);
  const count = (outcome: Outcome) => ends.filter((end) => end.outcome === outcome).length;
  const failed = rows.filter(({ fault }) => fault !== null).length;
  const lost = rows.reduce((sum, { known }) => sum + (known?.lostNano ?? 0), 0);
  return {
    tasks: rows.length,
    solved: count("solved"),
    red: count("red"),
    false_green: count("false_green"),
    not_judged: count("not_judged"),
    falseRed: ends.filter(isFalseRed).length,
    failed,
    notTried: rows.length - ends.length - failed,
    attempts: ends.reduce((sum, { attempts }) => sum + attempts, 0),
    ms: ends.reduce((sum, { ms }) => sum + ms, 0),
    spentNano: lost + ends.reduce((sum, { spentNano }) => sum + spentNano, 0),
  };
}

function totalLine(totals: Totals): string {
  const told = [
    `${totals.solved} of ${totals.tasks} solved`,
    `${totals.red} red${totals.falseRed === 0 ? "" : ` (${totals.falseRed} with green hidden tests)`}`,
    `${totals.false_green} false green`,
    ...(totals.not_judged === 0 ? [] : [`${totals.not_judged} not judged`]),
    ...(totals.failed === 0 ? [] : [`${totals.failed} failed`]),
    ...(totals.notTried === 0 ? [] : [`${totals.notTried} not tried`]),
  ];
  const attempts = totals.attempts === 1 ? "1 attempt" : `${totals.attempts} attempts`;
  return `${told.join(", ")}; ${attempts}, ${duration(totals.ms)}, ${dollars(totals.spentNano)}`;
}

function endInJson({ spentNano, hidden, ...end }: TaskEnd) {
  const named = hidden && { ...hidden, failed: hidden.failed.map(nameOf) };
  return { ...end, hidden: named, spentUsd: dollarsOf(spentNano) };
}

/** What `--json` writes: everything in the table, in full; money in US dollars, times in milliseconds. */
export function asJson({ agents, rows, unproved, looked, unfit, stopped }: Evaluated): string {
  const shown = {
    agents: agents.map(({ label, kind, model }) => {
      const { spentNano, ...totals } = totalsOf(rows.filter(({ agent }) => agent === label));
      return { agent: label, kind, model, ...totals, spentUsd: dollarsOf(spentNano) };
    }),
    tasks: rows.map(({ agent, task, known, fault }) => {
      const { failToPass, passToPass } = task.proof;
      const proof = { failToPass: failToPass.map(nameOf), passToPass: passToPass.length };
      return {
        agent,
        commit: task.commit,
        title: task.text.title,
        ...proof,
        fault,
        end: known?.end == null ? null : endInJson(known.end),
      };
    }),
    notJudged: unproved.map(({ commit, text, why, names }) => ({
      commit,
      title: text.title,
      why,
      names: names.map(nameOf),
    })),
    looked,
    notTasks: unfit,
    stoppedByBudget: stopped,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}
