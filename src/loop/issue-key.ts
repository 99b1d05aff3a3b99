// What an issue's loop is called in the store and in memory.

/** The key of an issue's loop: the repository's id and the issue's number, both of which survive a rename. */
export function issueKeyOf(repositoryId: number, issue: number): string {
  return `${repositoryId}#${issue}`;
}
