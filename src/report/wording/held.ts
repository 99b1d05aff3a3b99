// What is said of a commit that waits for a person's yes.
import { commit } from "./parts.ts";

/** What a change does to a file, by git's letter, in a word of eight columns. */
export function statusWords(status: string): string {
  return { A: "added   ", M: "modified", D: "deleted ", T: "retyped " }[status] ?? "changed ";
}

/** Above the lines that a yes would allow. */
export function heldHeadline(files: number): string {
  return files === 1 ? "**What you would allow there:**" : `**What you would allow in these ${files} files:**`;
}

/** Of a change as a whole: how many files it adds, modifies and deletes. */
export function heldSummary(head: string, files: readonly { readonly status: string }[]): string {
  const count = (letter: string) => files.filter(({ status }) => status === letter).length;
  const [added, modified, deleted] = [count("A"), count("M"), count("D")];
  const parts = [
    added > 0 ? `${added} added` : "",
    modified > 0 ? `${modified} modified` : "",
    deleted > 0 ? `${deleted} deleted` : "",
  ].filter((part) => part !== "");
  const all = files.length === 1 ? "1 file" : `${files.length} files`;
  return `All that commit ${head.slice(0, 7)} changes: ${all}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}

/** Where a diff is too long to be shown whole. */
export function cutSentence(head: string): string {
  return `The rest of this diff is left out for length. Whoever runs this App can read it in commit ${commit(head)}.`;
}

/** Of files that a text diff does not show. */
export function unshownSentence(files: number): string {
  const which = files === 1 ? "One of the files" : `${files} of the files`;
  return `${which} cannot be shown as text: it is binary, its name is unusual, or the diff is too long.`;
}
