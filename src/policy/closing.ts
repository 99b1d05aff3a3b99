// What a commit message or a title does on GitHub beside being read: it closes issues, and it leaves CI out.

/** https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue */
const closing =
  /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+|:)((?:[\w.-]+\/[\w.-]+)?#|GH-|https?:\/\/\S*?\/(?:issues|pull)\/)(\d+)/gi;

/**
 * The words of https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs, and those that other servers of CI
 * heed, each with a name of its own in them: CI that did not run judges nothing, whoever runs it.
 */
const skipped =
  "ci|actions|checks?|workflows?|pipelines?|builds?|travis(?:[ -]ci)?|circleci|azurepipelines|azpipelines|azp|appveyor|buildkite|cirrus|drone|jenkins|semaphore|netlify|vercel|render|cd|cf[ -]pages";
const skipping = new RegExp(
  [
    `\\[\\s*(?:skip|no)[\\s_-]+(?:${skipped})\\s*\\]`,
    `\\[\\s*(?:${skipped})[\\s_-]+skip\\s*\\]`,
    "\\*\\*\\*NO_CI\\*\\*\\*",
    "^[ \\t]*skip-checks[ \\t]*:[ \\t]*true[ \\t]*$",
  ].join("|"),
  "im",
);

/** What would close an issue other than this one of the same repository, as it stands in the text. */
export function closesOthers(text: string, issue: number): readonly string[] {
  const found = [...text.matchAll(closing)].filter(([, , , sign, number]) => sign !== "#" || Number(number) !== issue);
  return [...new Set(found.map(([words]) => words.replace(/\s+/g, " ")))];
}

/** The text with its references kept and nothing in it that closes an issue. */
export function withoutClosing(text: string): string {
  return text.replace(closing, "$1$2no. $4");
}

/** The words by which GitHub, or another server of CI, runs nothing for a commit; null where there are none. */
export function skipsCi(text: string): string | null {
  return skipping.exec(text)?.[0] ?? null;
}
