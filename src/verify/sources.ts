// Whose word on a check counts: that of the App or the account which policy and branch rules expect.
import type { CheckSource, Rules } from "../loop/state.ts";
import type { CheckFact, ExpectedCheck } from "./facts.ts";

/**
 * Why what was reported is no evidence, in words for the thread; null where it is. A check counts from the App that the
 * policy names and, where the rules of the branch name Apps, from one of those. Any writer may post a commit status, so one
 * by a person counts only where the policy names its creator.
 */
export function whyIgnored(
  check: CheckFact,
  { checkSources = {} }: Pick<Rules, "checkSources">,
  expected: readonly ExpectedCheck[] = [],
): string | null {
  const source = Object.hasOwn(checkSources, check.name) ? checkSources[check.name] : undefined;
  if (source !== undefined && !isFrom(check, source)) return `by ${whose(check)}; the policy expects ${wanted(source)}`;
  const apps = appsExpected(check.name, expected);
  if (apps !== null && !apps.includes(appOf(check) ?? -1))
    return `by ${whose(check)}; the branch rules expect App ${apps.join(" or ")}`;
  if (source !== undefined || check.app !== null || check.creator?.bot === true) return null;
  return `by ${whose(check)}, a person; counts only where \`checks.required\` names its creator`;
}

function isFrom({ app, creator }: CheckFact, source: CheckSource): boolean {
  if ("app" in source) {
    const slug = app?.slug ?? (creator?.bot ? creator.login.replace(/\[bot\]$/, "") : null);
    return slug !== null && isSame(slug, source.app);
  }
  return app === null && creator !== undefined && creator.id !== 0 && isSame(creator.login, source.creator);
}

/** Ids of the Apps that the branch rules accept; null where one of them accepts any. */
function appsExpected(name: string, expected: readonly ExpectedCheck[]): number[] | null {
  const apps = expected.filter((one) => one.name === name).map(({ app }) => app);
  const named = apps.filter((app) => app !== null);
  return named.length === 0 ? null : [...new Set(named)];
}

function appOf({ app, creatorApp }: CheckFact): number | null {
  return app?.id ?? creatorApp ?? null;
}

function whose({ app, creator }: CheckFact): string {
  return app === null ? (creator?.login ?? "ghost") : `the App ${app.slug}`;
}

function wanted(source: CheckSource): string {
  return "app" in source ? `the App ${source.app}` : source.creator;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
