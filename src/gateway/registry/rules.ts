// Which packages a run may have: what policy allows and denies, how old a version must be, and whether names may be new.

import { Refused } from "./refused.ts";

export interface PackageRules {
  /** Names, or `@scope/*`, `path/*` and `group:*` for all below; empty: any. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Milliseconds that a version must have been out for; 0: none. */
  readonly minimumAgeMs: number;
  /** What becomes of a name that no lockfile of the base has. */
  readonly fresh: "allow" | "ask" | "deny";
  /** New names that a person has allowed. */
  readonly granted: ReadonlySet<string>;
  /** `name` and `name@version` of all that the base's lockfiles have. */
  readonly known: ReadonlySet<string>;
}

/** Throws `Refused` where a package of this name is not given. */
export function requireName(name: string, rules: PackageRules): void {
  const refused = nameRefusal(name, rules);
  if (refused !== null) throw refused;
}

/** Why a package of this name is not given; null where it is. */
export function nameRefusal(name: string, rules: PackageRules): Refused | null {
  const problem = listProblem(name, rules);
  if (problem !== null) return new Refused(403, problem);
  if (rules.fresh === "allow" || rules.known.has(name) || rules.granted.has(name)) return null;
  const isAsked = rules.fresh === "ask";
  const what = isAsked ? "asks a person about" : "denies";
  return new Refused(
    403,
    `No lockfile of the base has ${name}, and the policy ${what} new packages (\`packages.new\`).`,
    isAsked ? name : null,
  );
}

function listProblem(name: string, rules: PackageRules): string | null {
  if (rules.deny.some((pattern) => fits(name, pattern))) return `The policy denies ${name} (\`packages.deny\`).`;
  if (rules.allow.length > 0 && !rules.allow.some((pattern) => fits(name, pattern)))
    return `The policy does not list ${name} (\`packages.allow\`).`;
  return null;
}

/**
 * Whether a version is too young, given when it was published in milliseconds since the epoch; null: nobody says when, which is as
 * good as now. What the base's lockfiles have was accepted with the base.
 */
export function isTooYoung(
  {
    name,
    version,
    publishedAt,
  }: { readonly name: string; readonly version: string; readonly publishedAt: number | null },
  rules: PackageRules,
  now: number,
): boolean {
  if (rules.minimumAgeMs === 0 || rules.known.has(`${name}@${version}`)) return false;
  return publishedAt === null || now - publishedAt < rules.minimumAgeMs;
}

/** Why a version is too young to be given, as a sentence; null where it is not. */
export function youthProblem(of: Parameters<typeof isTooYoung>[0], rules: PackageRules, now: number): string | null {
  if (!isTooYoung(of, rules, now)) return null;
  const days = rules.minimumAgeMs / 86_400_000;
  return `${of.name} ${of.version} has been out for less than ${days} days (\`packages.minimum_age_days\`).`;
}

/** The same rules for a registry that takes several spellings of a name for one. */
export function comparedBy(rules: PackageRules, normal: (name: string) => string): PackageRules {
  const each = (text: string) => {
    const [name = "", ...version] = text.split("@");
    return [normal(name), ...version].join("@");
  };
  const known = new Set([...rules.known].map(each));
  const granted = new Set([...rules.granted].map(normal));
  return { ...rules, allow: rules.allow.map(each), deny: rules.deny.map(each), known, granted };
}

function fits(name: string, pattern: string): boolean {
  return /[/:]\*$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
