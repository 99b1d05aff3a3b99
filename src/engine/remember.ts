// Keeps what people corrected in the one issue of the repository that holds its notes.
import type { Effect } from "../loop/effect.ts";
import { notesLabel } from "../loop/notes.ts";
import type { LoopState } from "../loop/state.ts";
import { noteMarker } from "../record/markers.ts";
import { notesIssue, noteText } from "../report/notes.ts";
import type { World } from "./world.ts";

/** A comment for each; done again, none stands there twice. People closed the issue: they want no notes. Throws Fault. */
export async function remember(
  { github }: World,
  state: LoopState,
  { notes }: Extract<Effect, { type: "remember" }>,
  key: string,
): Promise<void> {
  const found = (await github.readOwnIssues(state.issue, notesLabel)).at(-1);
  if (found?.open === false) return;
  const number = found?.number ?? (await github.openIssue(state.issue, { ...notesIssue, labels: [notesLabel] })).number;
  const issue = { ...state.issue, number };
  for (const [index, note] of notes.entries()) {
    const marker = noteMarker(`${key} ${index}`);
    await github.createComment(issue, [noteText(note, state.issue.number), marker].join("\n\n"), marker, true);
  }
}
