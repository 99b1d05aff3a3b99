// What a commit message or a title does on GitHub beside being read: it closes issues, leaves CI out, and calls people.

/**
 * https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 * What Markdown prints nothing of may stand between. Each part has an end: an agent's text of any length is read in the time that its length takes.
 */
const closing =
  /(?<![\p{L}\p{N}])(close[sd]?|fix(?:e[sd])?|resolve[sd]?)((?:[\s:*_~`<([\\]|\p{Cf}){1,20})((?:[\w.-]{1,100}\/[\w.-]{1,100})?#|GH-|https?:\/\/\S{1,300}?\/(?:issues|pull)\/)(\d+)/giu;

/**
 * The words of https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs, and those that other servers of CI
 * heed, each with a name of its own in them: CI that did not run judges nothing, whoever runs it.
 */
const skipped =
  "ci|actions|checks?|workflows?|pipelines?|builds?|travis(?:[ -]ci)?|circleci|azurepipelines|azpipelines|azp|appveyor|buildkite|cirrus|drone|jenkins|semaphore|pre-commit\\.ci|netlify|vercel|render|cd|cf[ -]pages";
const skippingWords = [
  `\\[\\s*(?:skip|no)[\\s_-]*(?:${skipped})\\s*\\]`,
  `\\[\\s*(?:${skipped})[\\s_-]*skip\\s*\\]`,
  "\\*\\*\\*NO_CI\\*\\*\\*",
  "^[ \\t]*skip-checks[ \\t]*:[ \\t]*true[ \\t]*$",
].join("|");
const skipping = new RegExp(skippingWords, "im");
const allSkipping = new RegExp(skippingWords, "gim");

/** A person or a team is called so in a message too, where no fence holds it. Behind a letter or a slash it is an address. */
const calling = /(?<![\w/])@(?=[a-z\d])/gi;

/** A word joiner prints nothing and keeps two letters from being one word. */
const joiner = "\u2060";

/** What would close an issue other than this one of the same repository, as it stands in the text. */
export function closesOthers(text: string, issue: number): readonly string[] {
  const found = [...text.matchAll(closing)].filter(([, , , sign, number]) => sign !== "#" || Number(number) !== issue);
  return [...new Set(found.map(([words]) => words.replace(/\s+/g, " ")))];
}

/** The text with its references kept and nothing in it that closes an issue. */
function withoutClosing(text: string): string {
  return text.replace(closing, "$1$2no. $4");
}

/**
 * The text as it may stand in the message of a commit, where no fence holds anything: it reads the same, and closes no issue,
 * keeps CI from nothing and calls nobody.
 */
export function inertMessage(text: string): string {
  return withoutClosing(text)
    .replace(allSkipping, (words) => `${words.slice(0, 1)}${joiner}${words.slice(1)}`)
    .replace(calling, `@${joiner}`);
}

/** The words by which GitHub, or another server of CI, runs nothing for a commit; null where there are none. */
export function skipsCi(text: string): string | null {
  return skipping.exec(text)?.[0] ?? null;
}
