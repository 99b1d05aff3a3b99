// Checks that judge no file: who made the commits, or what the pull request is called. Only people settle those.
import type { CheckFact } from "./facts.ts";

interface Matter {
  /** What the check is called. */
  readonly names: RegExp;
  /** What it says, where its name does not tell. */
  readonly says?: RegExp;
  readonly note: string;
}

/**
 * As public tools call them: https://github.com/cla-assistant/cla-assistant, https://github.com/ag2ai/ag2/issues/2198,
 * https://github.com/DaviZCodes/vercel-hobby-collaboration-github-actions/issues/1, https://github.com/prisma/web/pull/7939,
 * https://github.com/amannn/action-semantic-pull-request, https://github.com/mheap/github-action-required-labels
 */
const matters: readonly Matter[] = [
  {
    names: /(?:^|[^a-z])(?:easy)?cla(?:$|[^a-z])|\bcontributor licen[cs]e agreement\b/i,
    note: "asks whether whoever made the commits has signed an agreement",
  },
  {
    names: /^$/,
    says: /\bgit author\b.{0,100}\bmust have access to the (?:team|project)\b|\bauthorization required to deploy\b/i,
    note: "asks for access of whoever made the commits",
  },
  {
    names:
      /\b(?:pr|pull[ -]?request)[ _-]titles?\b|\btitles? of (?:the )?(?:pr|pull request)\b|\bsemantic[ -](?:pr|pull[ -]request)\b/i,
    says: /\bno release type found in pull request title\b/i,
    note: "judges what the pull request is called",
  },
  {
    names: /\brequired?[ _-]labels?\b|\b(?:pr|pull[ -]?request)[ _-]labels?\b/i,
    note: "judges the labels of the pull request",
  },
];

/** Whether it stands against no file of the change, and what it asks, as part of a sentence; null where it may. */
export function peopleMatter({ name, title, summary, text, annotations }: CheckFact): string | null {
  const said = [title, summary, text, ...annotations.map(({ message }) => message)].join("\n");
  const found = matters.find(({ names, says }) => names.test(name) || says?.test(said) === true);
  return found?.note ?? null;
}
