// What a run did on its way, beside what it pushed: from gateways and git as facts, from its agent's own events as claims.
import { z } from "zod";
import { maskCredentials } from "../../base/credentials.ts";
import type { Finding, ToolCount, TraceRule, TraceSeen, VerdictPart } from "../../loop/state.ts";
import { plain } from "../plain.ts";
import { testsClaimed } from "./claimed.ts";

/** What an agent's own events say that it did: claims, so far as they go. */
export const Did = z.object({
  commands: z.number().int(),
  tests: z.number().int(), // commands that run tests, or everything that judges
  outside: z.array(z.string()), // commands that go beyond a change of the repository's files, each as it was told
  files: z.array(z.string()), // that it says it wrote, as it calls them
});
export type Did = z.infer<typeof Did>;

export interface TraceFacts {
  /** What gateways refused, with counts, such as `host a.example:443 ×3`. */
  readonly refusals: readonly string[];
  readonly toolCalls: readonly ToolCount[];
  /** Versions that were fetched, and are in no lockfile of the base or of what was pushed. */
  readonly undeclared: readonly string[];
  /** Files that commits of the run changed, and that are as they were when all are taken together. */
  readonly reverted: readonly string[];
  /** All files of the change; null: nothing was pushed. */
  readonly changed: readonly string[] | null;
  /** Null: its agent tells of nothing that it does, or another process heard it. */
  readonly did: Did | null;
  /** What it says of its work: untrusted. */
  readonly words: readonly string[];
}

const [mostNamed, longest] = [8, 120];

interface Words {
  readonly title: string;
  /** Who says so, and what it means. */
  readonly lead: string;
}

const traceWords: Readonly<Record<TraceRule, Words>> = {
  refused: { title: "Was refused", lead: "It asked for what it may not have" },
  undeclared: { title: "Fetched what is not declared", lead: "No lockfile has these, before or after" },
  reverted: { title: "Touched files and put them back", lead: "Nothing of it is in the change" },
  outside: { title: "Ran commands outside of its task", lead: "By its own account it ran" },
  untested: {
    title: "Says that tests ran, and none is known to have",
    lead: "None of the commands that it told of runs a test, and no check was asked for",
  },
};

/** One find for each rule that has something to say; every name in it is the run's own word, masked and cut. */
export function traceOf(facts: TraceFacts): TraceSeen["finds"] {
  const { refusals, toolCalls, undeclared, did } = facts;
  const denied = toolCalls
    .filter(({ refused }) => refused > 0)
    .map(({ tool, calls, refused }) => `tool ${tool}: ${refused} of ${calls} calls`);
  return [
    ...found("refused", [...refusals, ...denied]),
    ...found("undeclared", undeclared),
    ...found("reverted", putBack(facts)),
    ...found("outside", did?.outside ?? []),
    ...found("untested", untested(facts)),
  ];
}

/** By git, then by its own account: what it says it wrote in the repository, and the change does not have. */
function putBack({ reverted, changed, did }: TraceFacts): string[] {
  const known = new Set([...(changed ?? []), ...reverted]);
  const own = changed === null ? [] : (did?.files ?? []).flatMap((path) => inRepository(path) ?? []);
  return [...reverted, ...[...new Set(own)].filter((path) => !known.has(path)).map((path) => `${path} (it says)`)];
}

/** A path of the repository; null: it is elsewhere, or git's own. */
function inRepository(path: string): string | null {
  const inside = path.startsWith("/workspace/") ? path.slice("/workspace/".length) : path.replace(/^(?:\.\/)+/, "");
  const isElsewhere = /^(?:[/~]|[A-Za-z]:)/.test(inside) || inside.split("/").includes("..");
  return inside === "" || isElsewhere || /^\.git(?:\/|$)/.test(inside) ? null : inside;
}

function untested({ did, toolCalls, words }: TraceFacts): string[] {
  if (did === null || did.tests > 0) return [];
  const asked = toolCalls.some(({ tool, calls, refused, failed }) => tool === "run_check" && calls > refused + failed);
  return asked ? [] : testsClaimed(words).slice(0, 1);
}

function found(rule: TraceRule, names: readonly string[]): TraceSeen["finds"] {
  if (names.length === 0) return [];
  const { title, lead } = traceWords[rule];
  const shown = names
    .slice(0, mostNamed)
    .map((name) => maskCredentials(plain(name)).replace(/\s+/g, " ").trim().slice(0, longest).toWellFormed());
  const left = names.length - shown.length;
  const detail = `${lead}: ${[...shown, ...(left > 0 ? [`${left} more`] : [])].join("; ")}.`;
  return [{ rule, source: "trace", title, detail, path: null, line: null, url: null }];
}

/** What it is to a verdict: a judge for the rules that policy lets block, else a word to whoever decides. */
export function judgeTrace(
  { finds }: Pick<TraceSeen, "finds">,
  blocking: readonly TraceRule[],
): { readonly part: VerdictPart; readonly findings: readonly Finding[] } {
  const red = finds.filter(({ rule }) => blocking.includes(rule));
  const note = finds.map(({ title, detail }) => `${title}. ${detail}`).join(" ");
  const part: VerdictPart = {
    source: "trace",
    name: "trace review",
    colour: red.length > 0 ? "red" : "absent",
    note: note.slice(0, 900).toWellFormed(),
    url: null,
  };
  return { part, findings: red.map(({ rule: _, ...finding }) => finding) };
}
