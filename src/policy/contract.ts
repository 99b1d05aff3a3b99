// A loop contract (objective, trigger, intake, workspace, verification, budget, escalation, exit), as other tools have it → a policy.
import { isMap, parseDocument } from "yaml";
import { commentedPolicy } from "./docs.ts";
import { markIn } from "./marks.ts";
import { parsePolicy } from "./parse.ts";

export type Imported =
  | {
      readonly ok: true;
      readonly text: string; // a commented .github/loop.yml that a claim accepts
      /** Fields that no option of a policy stands for, by dotted path, each with the reason. */
      readonly left: readonly { readonly path: string; readonly why: string }[];
    }
  | { readonly ok: false; readonly message: string };

const mostCharacters = 65_536;

/** What a contract states at one place, and the options that it becomes; null: the value is none that this place can have. */
interface Place {
  readonly at: RegExp;
  readonly to: (value: unknown) => readonly (readonly [option: string, value: unknown])[] | null;
}

const whole = (value: unknown): number | null => (typeof value === "number" && Number.isInteger(value) ? value : null);
const words = (value: unknown): string[] | null => {
  const list = typeof value === "string" ? [value] : value;
  return Array.isArray(list) && list.every((one) => typeof one === "string") ? list : null;
};
const under = (option: string, read: (value: unknown) => unknown) => (value: unknown) => {
  const found = read(value);
  return found === null ? null : ([[option, found]] as const);
};

/** One run may not take longer than the whole, and a loop's own time is told in hours: never more than was granted, but for the first hour. */
function runtime(value: unknown) {
  const minutes = whole(value);
  if (minutes === null || minutes < 1) return null;
  const hours = Math.min(168, Math.max(1, Math.floor(minutes / 60)));
  return [
    ["deadline_minutes", Math.min(240, minutes)],
    ["loop_hours", hours],
  ] as const;
}

function commands(value: unknown) {
  const list = Array.isArray(value) ? value : [value];
  const checks = list.map((one, index) => {
    if (typeof one === "string") return { name: list.length === 1 ? "verify" : `verify ${index + 1}`, command: one };
    const { name, command, run = command, ...rest } = Object(one) as Record<string, unknown>;
    const isWhole = Object.keys(rest).length === 0 && (command === undefined || command === run);
    return typeof run === "string" && isWhole
      ? { name: typeof name === "string" ? name : `verify ${index + 1}`, command: run }
      : null;
  });
  return checks.includes(null) ? null : ([["checks.run", checks]] as const);
}

const login = (value: unknown) => words(value)?.map((one) => one.replace(/^@/, "")) ?? null;

const places: readonly Place[] = [
  { at: /^budget\.max_retries$/, to: under("attempts", (value) => (whole(value) === null ? null : Number(value) + 1)) },
  { at: /^budget\.max_(?:iterations|attempts)$/, to: under("attempts", whole) },
  { at: /^budget\.max_runtime_minutes$/, to: runtime },
  {
    at: /^budget\.(?:max_usd|max_cost_usd|usd)$/,
    to: under("budget.usd", (value) => (typeof value === "number" ? value : null)),
  },
  { at: /^budget\.max_changed_files$/, to: under("limits.changed_files", whole) },
  { at: /^budget\.max_changed_lines$/, to: under("limits.changed_lines", whole) },
  { at: /^verification(?:\.(?:commands?|run))?$/, to: commands },
  { at: /^verification\.(?:required_)?checks$/, to: under("checks.required", words) },
  {
    at: /^workspace\.(?:base|base_branch|branch)$/,
    to: under("base", (value) => (typeof value === "string" ? value : null)),
  },
  {
    at: /^workspace\.(?:image|container)$/,
    to: under("environment.image", (value) => (typeof value === "string" ? value : null)),
  },
  { at: /^workspace\.setup$/, to: under("environment.setup", words) },
  { at: /^workspace\.(?:protected|protected_paths)$/, to: under("protected_paths", words) },
  { at: /^workspace\.(?:denied|denied_paths|forbidden_paths)$/, to: under("denied_paths", words) },
  { at: /^workspace\.(?:allowed_hosts|network\.allow)$/, to: under("network.allow", words) },
  { at: /^(?:escalation|exit)\.reviewers$|^escalation\.(?:to|owners?|notify)$/, to: under("gate.reviewers", login) },
  { at: /^(?:escalation|exit)\.approvals$/, to: under("gate.approvals", whole) },
  { at: /^escalation\.(?:remind_after_hours|after_hours)$/, to: under("gate.remind_after_hours", whole) },
];

/** Why a part of a contract has no option: the first that fits. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^objective\b/, "the issue itself says what to do"],
  [/^intake\b/, "the issue and the comments of people who may write are what the agent gets"],
  [/^trigger\b/, "a loop begins with a label, whose name the App's operator sets"],
  [/^exit\b.*merge/, "merging is granted by hand: `gate.merge`, and by the operator"],
  [/^exit\b/, "a loop ends by its checks, its reviewer and a person's approval, or with one of its stop reasons"],
  [/^escalation\b/, "a loop that stops asks whoever set the label"],
  [/^verification\b/, "a check is a name and a command: none says where it runs, how long, or that it may fail"],
  [/^budget\b/, "no option counts this"],
  [/^workspace\b/, "every run has a fresh container with a clone of the repository"],
];

/** Reads a contract in YAML or JSON. What it grants is never widened: where an option has no room for a value, that is named too. */
export function importContract(text: string): Imported {
  if (text.length > mostCharacters)
    return { ok: false, message: `the file is longer than ${mostCharacters} characters` };
  const read = contractIn(text);
  if (typeof read === "string") return { ok: false, message: read };
  const stated = new Map<string, { value: unknown; because: string }>();
  const left: { path: string; why: string }[] = [];
  for (const [path, value] of fieldsOf(read, "")) {
    const options = places.find(({ at }) => at.test(path))?.to(value);
    const why = options
      ? problemOf(options, stated)
      : (reasons.find(([part]) => part.test(path))?.[1] ?? "no option stands for it");
    if (why !== null) left.push({ path, why });
    else for (const [option, one] of options ?? []) stated.set(option, { value: one, because: `From \`${path}\`.` });
  }
  return { ok: true, text: commentedPolicy(headingFor(left), stated), left };
}

/** What a claim would say against these options, or who stated one of them before; null: nothing. */
function problemOf(
  options: readonly (readonly [string, unknown])[],
  stated: ReadonlyMap<string, { because: string }>,
): string | null {
  for (const [option, value] of options) {
    const before = stated.get(option);
    if (before !== undefined) return `\`${option}\` is stated already: ${before.because}`;
    const parsed = parsePolicy(commentedPolicy("#", new Map([[option, { value }]])));
    if (!parsed.ok) return parsed.message.replace(/^line \d+: /, "");
  }
  return null;
}

function headingFor(left: readonly { readonly path: string; readonly why: string }[]): string {
  const heading = "# Loopgate's policy, from a loop contract. What is not stated here has its default.";
  const named = left.map(({ path, why }) => `# - ${plain(path)}: ${plain(why)}`);
  return [heading, ...(named.length === 0 ? [] : ["# Not taken over:", ...named])].join("\n");
}

/** A name from the file stands on one line of a comment, with nothing in it that is not seen. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 300);
}

/** The contract as plain data, or why it is none. */
function contractIn(text: string): Record<string, unknown> | string {
  try {
    const mark = markIn(text);
    if (mark !== null)
      return `the file has a ${mark.kind === "nesting" ? "nesting deeper than any contract" : mark.kind}, which is not read`;
    const document = parseDocument(text, {
      version: "1.2",
      uniqueKeys: true,
      merge: false,
      logLevel: "error",
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error !== undefined) return `this is not valid YAML: ${error.message.split("\n")[0]}`;
    if (!isMap(document.contents)) return "the file is no group of fields";
    return document.toJS({ maxAliasCount: 0 }) as Record<string, unknown>;
  } catch (error) {
    return `the file cannot be read as YAML (${error instanceof Error ? error.name : "error"})`;
  }
}

/** Each value by its dotted path; groups are gone into, lists are not. */
function fieldsOf(group: object, prefix: string): [path: string, value: unknown][] {
  return Object.entries(group).flatMap(([key, value]): [string, unknown][] => {
    const path = `${prefix}${key}`;
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup && Object.keys(value).length > 0 ? fieldsOf(value, `${path}.`) : [[path, value]];
  });
}
