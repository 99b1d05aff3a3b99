// What people corrected, kept for the loops that come after: what is worth a note, and how much of it a brief gets.
import type { Effect, Note } from "./effect.ts";
import type { Command } from "./event.ts";
import type { Finding, LoopState } from "./state.ts";

/** On the one issue of a repository that holds its notes. */
export const notesLabel = "loop:notes";

/** Of one request for changes so many items become notes; the rest stands in the review. */
const notesOfRequest = 5;

/** Bounds of what a brief gets: characters of a note, and of all; the newest notes come first. */
export const noteBounds = { note: 400, all: 3000, count: 20 } as const;

/** Requests for changes, by people who may decide; nothing where the policy keeps no notes. */
export function notesOfChanges(state: LoopState, changes: readonly Finding[], reviews: readonly number[]): Effect[] {
  const { rules, pull } = state;
  if (rules?.memory !== true || pull === null) return [];
  const said = changes.filter(({ wordless }) => wordless !== true);
  const notes = said.slice(0, notesOfRequest).map(({ title, detail, path, thread }): Note => {
    const [review] = reviews;
    const at = thread === undefined ? `pullrequestreview-${review}` : `discussion_r${thread}`;
    return { of: "request", title, text: detail, path, url: review === undefined ? pull.url : `${pull.url}#${at}` };
  });
  return notes.length === 0 ? [] : [{ type: "remember", notes }];
}

/** A wish that was refused, where a person said why. What the agent had asked for in its own words is not kept. */
export function notesOfDenial({ rules }: LoopState, { actor }: Command, text: string): Effect[] {
  if (rules?.memory !== true || text === "") return [];
  return [{ type: "remember", notes: [{ of: "denial", by: actor.login, text, path: null, url: null }] }];
}

/** Of the notes, oldest first, those that a brief has room for, oldest first. */
export function notesWithin(notes: readonly string[]): string[] {
  const kept: string[] = [];
  let left: number = noteBounds.all;
  for (const note of notes.slice(-noteBounds.count).toReversed()) {
    const text = [...note].slice(0, noteBounds.note).join("");
    if (text.length > left) break;
    left -= text.length;
    kept.unshift(text);
  }
  return kept;
}
