// What an issue's loop is called in the store and in memory.

/** The key of an issue's loop: the repository's id and the issue's number, both of which survive a rename. */
export function issueKeyOf(repositoryId: number, issue: number): string {
  return `${repositoryId}#${issue}`;
}

/** The repository's id in the key of an issue's loop. */
export function repositoryIn(issueKey: string): number {
  return Number(issueKey.slice(0, issueKey.indexOf("#")));
}
