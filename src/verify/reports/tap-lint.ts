// TAP that linters write in ESLint's old form: a line for each file, all that was found in it in the block behind.
import type { Problem, SourceFinding } from "./report.ts";
import type { TapNode } from "./tap-lines.ts";
import { messageOf, nameOf, pathIn } from "./text.ts";

/** A block that is this long may have been cut. */
const WHOLE_BLOCK = 7900;

/** Whether a linter wrote it: whatever is red has a severity and names a rule. One in which nothing was found tells no linter. */
export function isLintStream(nodes: readonly TapNode[]): boolean {
  const told = nodes.filter(({ yaml }) => yaml !== "");
  const isFlat = nodes.every(({ children, directive }) => children.length === 0 && directive === null);
  const isTold = ({ yaml }: TapNode) => /^severity: (?:error|warning|info)$/m.test(yaml) && /^ruleId:/m.test(yaml);
  return isFlat && told.length > 0 && told.every(isTold) && nodes.every(({ ok, yaml }) => ok || yaml !== "");
}

/** Its findings, and the files whose block is too long to be whole. */
export function findingsOfLint(
  nodes: readonly TapNode[],
  roots: readonly string[],
): { findings: SourceFinding[]; problems: Problem[] } {
  const long = nodes.filter(({ yaml }) => yaml.length >= WHOLE_BLOCK);
  return {
    findings: nodes.flatMap(({ title, yaml }) => entriesOf(yaml).map((entry) => findingOf(entry, title, roots))),
    problems: long.map(({ title }) => ({ kind: "capped", detail: `it says more of ${nameOf(title)} than is read` })),
  };
}

type Entry = ReadonlyMap<string, string>;

const key = /^(?:- )?(message|severity|line|column|endLine|endColumn|ruleId|data|messages):(?: (.*))?$/;

/** The block's entries, each from its message to the next. Longer values stand folded on lines of their own. */
function entriesOf(yaml: string): Entry[] {
  const entries: Map<string, string>[] = [];
  let last = "";
  for (const line of yaml.split("\n")) {
    const [, name, value = ""] = key.exec(line) ?? [];
    if (name === "message") entries.push(new Map());
    const entry = entries.at(-1);
    if (entry === undefined) continue;
    if (name === undefined) entry.set(last, `${entry.get(last) ?? ""} ${line}`.trim());
    else entry.set(name, /^[|>][+-]?$/.test(value) ? "" : value);
    last = name ?? last;
  }
  return entries;
}

function findingOf(entry: Entry, file: string, roots: readonly string[]): SourceFinding {
  const severity = entry.get("severity");
  const line = Number(entry.get("line") ?? "");
  return {
    rule: nameOf(plain(entry.get("ruleId") ?? "")),
    level: severity === "error" ? "error" : severity === "info" ? "note" : "warning",
    file: pathIn(file, roots),
    line: line > 0 ? line : null,
    message: messageOf(plain(entry.get("message") ?? "")),
    suppressed: false,
  };
}

/** Without the quotation marks of YAML. */
function plain(value: string): string {
  const single = /^'([\s\S]*)'$/.exec(value)?.[1];
  return single?.replaceAll("''", "'") ?? /^"([\s\S]*)"$/.exec(value)?.[1] ?? value;
}
