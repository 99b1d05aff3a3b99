// Which secrets of a repository its workflows give to whatever is pushed to a loop's branch. Pure.
import { parse } from "yaml";

export interface ShownSecrets {
  /** By the names in the workflow; of secrets that are passed on as a whole, `all of them`. */
  readonly secrets: readonly string[];
  readonly job: string;
  readonly event: "push" | "pull_request";
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Of the jobs that run for a push to `branch` or its pull request to `base`. A job in an environment is left out: a person may have to
 * release it, as may one whose condition names another branch. The token that every job has is no secret of the repository. What is no
 * workflow has none.
 */
export function shownSecrets(text: string, { branch, base }: { branch: string; base: string }): ShownSecrets[] {
  const workflow = mappingOf(parsed(text));
  const event = startedBy(workflow, branch, base);
  if (event === null) return [];
  const everywhere = secretsIn(workflow.env);
  return Object.entries(mappingOf(workflow.jobs)).flatMap(([job, given]) => {
    const one = mappingOf(given);
    if (one.environment !== undefined || isForAnotherBranch(one.if, branch)) return [];
    const steps = Array.isArray(one.steps) ? one.steps.map(mappingOf) : [];
    const own = steps.filter((step) => !isForAnotherBranch(step.if, branch)).flatMap(secretsIn);
    const { steps: _, ...rest } = one;
    const all = one.secrets === "inherit" ? ["all of them"] : [];
    const secrets = [...new Set([...everywhere, ...secretsIn(rest), ...own, ...all])].sort();
    return secrets.length === 0 ? [] : [{ secrets, job, event }];
  });
}

/** YAML 1.1 reads the key `on` as true; this reader does not, and it may be quoted anyway. */
function startedBy(workflow: Mapping, branch: string, base: string): ShownSecrets["event"] | null {
  const { on } = workflow;
  const events: Mapping =
    typeof on === "string"
      ? { [on]: null }
      : Array.isArray(on)
        ? Object.fromEntries(on.map((one) => [one, null]))
        : mappingOf(on);
  if ("push" in events && takesBranch(mappingOf(events.push), branch)) return "push";
  if ("pull_request" in events && takesBranch(mappingOf(events.pull_request), base)) return "pull_request";
  return null;
}

function takesBranch(filter: Mapping, branch: string): boolean {
  const listOf = (value: unknown) => (value === undefined ? null : [value].flat().map(String));
  const [only, but] = [listOf(filter.branches), listOf(filter["branches-ignore"])];
  if (only !== null) return isAmong(branch, only);
  if (but !== null) return !isAmong(branch, but);
  return !("tags" in filter || "tags-ignore" in filter); // with tags alone, no branch starts it
}

/** The last pattern that fits decides, and one that begins with `!` takes out. */
function isAmong(branch: string, patterns: readonly string[]): boolean {
  let among = false;
  for (const pattern of patterns) {
    const out = pattern.startsWith("!");
    if (expressionOf(out ? pattern.slice(1) : pattern).test(branch)) among = !out;
  }
  return among;
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet */
function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\*\*|\*|\[[^\]]*\]|[?+]|[\s\S]/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return /^(?:\[.+\]|[?+])$/.test(part) ? part : part.replace(/[\\^$.|()[\]{}/]/, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^/; // no pattern: taken for one that fits
  }
}

/** Whether a condition holds on a branch that it names, which is another one, and on no other. */
function isForAnotherBranch(condition: unknown, branch: string): boolean {
  if (typeof condition !== "string" || condition.includes("||")) return false;
  const [, named] = /github\.ref(?:_name)?\s*==\s*'(?:refs\/heads\/)?([^']+)'/.exec(condition) ?? [];
  return named !== undefined && named !== branch;
}

function secretsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return [...value.matchAll(/\$\{\{(.*?)\}\}/gs)].flatMap(([, inner = ""]) => {
      const named = [...inner.matchAll(/\bsecrets\s*(?:\.\s*([\w-]+)|\[\s*'([^']+)'\s*\])/gi)].map(
        ([, a, b]) => a ?? b ?? "",
      );
      const whole = /\bsecrets\b(?!\s*[.[])/i.test(inner) || /\bsecrets\s*\[(?!\s*')/i.test(inner);
      return [...named.filter((name) => name.toUpperCase() !== "GITHUB_TOKEN"), ...(whole ? ["all of them"] : [])];
    });
  }
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(secretsIn);
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return null;
  }
}

function mappingOf(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
