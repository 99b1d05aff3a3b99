// What was found, in a sentence for each: for the terminal, the thread, the pull request and the next brief.
import { maskCredentials } from "../../base/credentials.ts";
import type { Finding, GamingSeen, Rules, VerdictPart } from "../../loop/state.ts";
import { plain } from "../plain.ts";
import type { Find, RuleName } from "./find.ts";
import type { Gaming } from "./gaming.ts";

interface Words {
  readonly title: string;
  /** What it means, before what was found. */
  readonly lead: string;
}

export const ruleWords: Readonly<Record<RuleName, Words>> = {
  test_removed: { title: "Takes tests away", lead: "No test says any more what these said" },
  test_out_of_reach: { title: "Puts tests where no runner looks", lead: "These are still there, but are not run" },
  test_skipped: { title: "Keeps tests from running or failing", lead: "These ran before" },
  test_focused: { title: "Runs only some of the tests", lead: "While this stands, the others do not run" },
  test_narrowed: { title: "Runs tests on less than before", lead: "Less is tried" },
  assertion_removed: { title: "Takes assertions away", lead: "What was asserted is asserted no longer" },
  assertion_weakened: { title: "Weakens assertions", lead: "More would pass now" },
  expected_rewritten: {
    title: "Changes what a test expects",
    lead: "The test asks the same and expects another answer",
  },
  snapshot_rewritten: { title: "Rewrites recorded output", lead: "The test now expects what the code gives" },
  wait_raised: { title: "Waits longer or tries more often", lead: "What is slow or flaky no longer shows" },
  exit_swallowed: { title: "Hides a failure", lead: "This passes whatever happens in it" },
  threshold_lowered: { title: "Lowers a threshold", lead: "Less is enough now" },
  lint_off: { title: "Switches lint off", lead: "This is no longer found" },
  types_off: { title: "Switches type checks off", lead: "This is no longer checked" },
  ci_weakened: { title: "Has CI or a command check less", lead: "This no longer runs as it did" },
  bytes_changed: {
    title: "Changes bytes beyond its edit",
    lead: "The rest of the file is no longer kept as it was",
  },
  sees_tests: { title: "Behaves differently when tested", lead: "The code asks whether it runs under a test or in CI" },
};

/** Masked and short: it is text of the change. */
export function findingOf({ rule, path, lines, what }: Find): Finding {
  const { title, lead } = ruleWords[rule];
  const shown = what.map((one) => maskCredentials(plain(one)).replace(/\s+/g, " ").slice(0, 200)).filter(Boolean);
  const others = lines.length > 1 ? ` (lines ${lines.join(", ")})` : "";
  const detail = `${lead}: ${shown.join("; ")}${others}.`.slice(0, 1000);
  return { source: "gaming", title, detail, path, line: lines[0] ?? null, url: null };
}

const [mostFindings, mostUnread] = [20, 6];

/** As much of it as a loop keeps; null: nothing was found, and all was read. */
export function seenOfGaming({ finds, unread }: Gaming): Omit<GamingSeen, "head"> | null {
  if (finds.length + unread.length === 0) return null;
  const findings = finds.slice(0, mostFindings).map(findingOf);
  return { findings, more: finds.length - findings.length, unread: unread.slice(0, mostUnread) };
}

const mostNamed = 5;

/** What it is to a loop's verdict: a judge where policy blocks, else a word to whoever decides. */
export function judgeGaming(
  seen: GamingSeen,
  policy: Rules["gaming"],
): { readonly part: VerdictPart; readonly findings: readonly Finding[] } {
  const { findings, more, unread } = seen;
  const places = findings.slice(0, mostNamed).map(({ title, path, line }) => {
    return `${title}: ${path}${line === null ? "" : `:${line}`}`;
  });
  const left = findings.length + more - places.length;
  const said = [...places, ...(left > 0 ? [`${left} more`] : []), ...unreadSentence({ unread })];
  const isRed = policy === "block" && findings.length > 0;
  const part: VerdictPart = {
    source: "gaming",
    name: "against gaming",
    colour: isRed ? "red" : "absent",
    note: said.join("; ").slice(0, 900),
    url: null,
  };
  return { part, findings: isRed ? findings : [] };
}

/** What could not be read, in a sentence; empty where all was. */
export function unreadSentence({ unread }: Pick<Gaming, "unread">): readonly string[] {
  if (unread.length === 0) return [];
  const named = unread.slice(0, mostNamed).join(", ");
  const more = unread.length > mostNamed ? ` and ${unread.length - mostNamed} more` : "";
  return [`Not read, since too large or too slow to read: ${named}${more}.`];
}
