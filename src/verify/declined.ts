// What GitHub's words for a push that it declined are about: the commits, which may be made otherwise, or the branch, which is people's.

/**
 * Rules that look at what the commits are. https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets,
 * https://docs.github.com/code-security/secret-scanning/introduction/about-push-protection, and for files of over 100 MB
 * https://docs.github.com/repositories/working-with-files/managing-large-files/about-large-files-on-github
 */
const ofCommits: readonly RegExp[] = [
  /\bcommit message\b/i,
  /\bmust not contain merge commits\b/i,
  /\bfile (?:path|name|extension|size)s?\b/i,
  /\bGH001\b|\blarge files? detected\b/i,
  /\bpush protection\b|\bcannot contain secrets\b/i,
];

/** Rules that no other commit would meet: a person changes them, or lets the App pass. */
const ofBranch: readonly RegExp[] = [
  /\bcannot (?:create|update|delete|force-push|change)\b/i,
  /\bcreations being restricted\b/i,
  /\bchanges must be made through\b/i,
  /\bstatus checks?\b.*\bexpected\b/i,
  /\bdeployments?\b.*\b(?:expected|required)\b/i,
  /\bverified signatures\b/i,
  /\bprotected branch\b/i,
  /\bemail\b/i,
  /\bworkflows?\b.*\bpermission\b/i,
];

/** Whether all that GitHub says against it is about the commits; where it says nothing that is known, it is about the branch. */
export function isOfCommits(message: string): boolean {
  return !ofBranch.some((words) => words.test(message)) && ofCommits.some((words) => words.test(message));
}
