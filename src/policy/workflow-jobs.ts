// What a repository's workflows give to whatever is pushed to a loop's branch: secrets, and a token that writes. Pure.
import { parse } from "yaml";

/** Where the branch is, and what its pull request is to. */
interface Place {
  readonly branch: string;
  readonly base: string;
  /** Whether jobs of this event in the environment wait for a person, or may not begin there at all. */
  readonly isHeld: (environment: string, event: Started["event"]) => boolean;
}

/** A job that runs for a push to the branch, or for its pull request to the base. */
interface Started {
  readonly job: string;
  readonly event: "push" | "pull_request";
}

export interface ShownSecrets extends Started {
  /** By the names in the workflow; of secrets that are passed on as a whole, `all of them`. */
  readonly secrets: readonly string[];
}

export interface WritingToken extends Started {
  /** As the workflow asks for them, such as `contents`; `all of them` where it asks for everything. */
  readonly writes: readonly string[];
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Of the jobs that run there. Left out are those that an environment holds, and those whose condition names another branch. The token that every job has is no secret of the repository. What is no workflow has none.
 */
export function shownSecrets(text: string, place: Place): ShownSecrets[] {
  return startedJobs(text, place).flatMap(({ job, event, of: { steps: given, ...rest }, workflow }) => {
    const steps = Array.isArray(given) ? given.map(mappingOf) : [];
    const own = steps.filter((step) => !isForAnotherBranch(step.if, place.branch)).flatMap(secretsIn);
    const all = rest.secrets === "inherit" ? ["all of them"] : [];
    const secrets = [...new Set([...secretsIn(workflow.env), ...secretsIn(rest), ...own, ...all])].sort();
    return secrets.length === 0 ? [] : [{ secrets, job, event }];
  });
}

/**
 * Of the same jobs, those whose own token may write by what is asked for: a job's `permissions` stand in the place of the workflow's.
 * Where neither asks, the repository's settings decide, which only its administrators may read.
 */
export function writingTokens(text: string, place: Place): WritingToken[] {
  return startedJobs(text, place).flatMap(({ job, event, of, workflow }) => {
    const asked = of.permissions === undefined ? workflow.permissions : of.permissions;
    const named = Object.entries(mappingOf(asked)).flatMap(([name, level]) => (level === "write" ? [name] : []));
    const writes = asked === "write-all" ? ["all of them"] : named.sort();
    return writes.length === 0 ? [] : [{ writes, job, event }];
  });
}

/**
 * The jobs of a workflow on `pull_request_target`, which always has the base's secrets, that take the pull request's own commit out:
 * what it holds then runs with them.
 */
export function targetCheckouts(text: string, { base }: Pick<Place, "base">): string[] {
  const workflow = mappingOf(parsed(text));
  const { pull_request_target: filter } = eventsOf(workflow);
  if (filter === undefined || !takesBranch(mappingOf(filter), base)) return [];
  return Object.entries(mappingOf(workflow.jobs)).flatMap(([job, of]) => {
    const { steps } = mappingOf(of);
    const takes = (Array.isArray(steps) ? steps.map(mappingOf) : []).some((step) => takesHead(step));
    return takes ? [job] : [];
  });
}

/** By the address of its commit or branch, which an action or a command is given. */
function takesHead({ uses, with: given, run, env }: Mapping): boolean {
  const isCheckout = typeof uses === "string" && /^actions\/checkout@/.test(uses);
  const isCommand =
    typeof run === "string" && /\b(?:git\s+(?:fetch|checkout|pull|switch)|gh\s+pr\s+checkout)\b/.test(run);
  const said = JSON.stringify([isCheckout ? given : null, isCommand ? [run, env] : null]);
  return /github\.(?:event\.pull_request\.(?:head|merge_commit_sha|number)|head_ref)|\bgh pr checkout\b|refs\/pull\//.test(
    said,
  );
}

function startedJobs(text: string, { branch, base, isHeld }: Place) {
  const workflow = mappingOf(parsed(text));
  const event = startedBy(workflow, branch, base);
  if (event === null) return [];
  return Object.entries(mappingOf(workflow.jobs)).flatMap(([job, given]) => {
    const of = mappingOf(given);
    const named = typeof of.environment === "string" ? of.environment : mappingOf(of.environment).name;
    const waits = typeof named === "string" && isHeld(named, event);
    return waits || isForAnotherBranch(of.if, branch) ? [] : [{ job, event, of, workflow }];
  });
}

/** YAML 1.1 reads the key `on` as true; this reader does not, and it may be quoted anyway. */
function eventsOf({ on }: Mapping): Mapping {
  if (typeof on === "string") return { [on]: null };
  return Array.isArray(on) ? Object.fromEntries(on.map((one) => [one, null])) : mappingOf(on);
}

function startedBy(workflow: Mapping, branch: string, base: string): Started["event"] | null {
  const events = eventsOf(workflow);
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
