// The issue that holds what people corrected, and each note in it.
import type { Note } from "../loop/effect.ts";
import { inlineCode, quoteUntrusted } from "./escape.ts";

/** Title and body of the issue. */
export const notesIssue = {
  title: "What loops here were told to do differently",
  body: [
    "Each comment below is a note: something that a person with write permission had a loop change, or refused to it. Later loops of this repository get the newest of them in their brief.",
    "Edit a note to correct it, hide or delete it to have it forgotten, and close this issue to have no notes kept or given at all. What others write here reaches no agent. `memory: off` in `.github/loop.yml` switches it off as well.",
    "<sub>Written by Loopgate, a GitHub App.</sub>",
  ].join("\n\n"),
} as const;

/** A note as its comment shows it; `issue` is that of the loop. */
export function noteText(note: Note, issue: number): string {
  const { text, path, url } = note;
  const said = note.of === "request" ? inlineCode(note.title) : `${inlineCode(note.by)} refused what a loop asked for`;
  const about = path === null ? "" : `, about ${inlineCode(path)}`;
  const where = url === null ? `in #${issue}` : `[there](${url}), in the loop of #${issue}`;
  return [`${said} ${where}${about}:`, quoteUntrusted(text, 1500)].join("\n\n");
}
