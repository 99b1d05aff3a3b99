// Keeps what people corrected in the one issue of the repository that holds its notes.
import type { Effect } from "../loop/effect.ts";
import { notesLabel } from "../loop/notes.ts";
import type { IssueRef, LoopState } from "../loop/state.ts";
import { noteMarker } from "../record/markers.ts";
import { notesIssue, noteText } from "../report/notes.ts";
import type { World } from "./world.ts";

/** A comment for each; done again, none stands there twice. People closed the issue: they want no notes. Throws Fault. */
export async function remember(
  world: Pick<World, "github" | "clock">,
  state: LoopState,
  { notes }: Extract<Effect, { type: "remember" }>,
  key: string,
): Promise<void> {
  const number = await oneAtATime(world, state.issue);
  if (number === null) return;
  const issue = { ...state.issue, number };
  for (const [index, note] of notes.entries()) {
    const marker = noteMarker(`${key} ${index}`);
    await world.github.createComment(issue, [noteText(note, state.issue.number), marker].join("\n\n"), marker, true);
  }
}

/** An issue that was opened may be listed this much later. */
const replicaMs = 60_000;

interface Place {
  /** What was asked last: the next waits for it. */
  found: Promise<number | null>;
  /** The issue that was opened here last, and when; null: none was. */
  opened: { readonly number: number; readonly at: number } | null;
}

/** By the GitHub that is asked, of each repository. */
const places = new WeakMap<World["github"], Map<number, Place>>();

/** Loops of one repository may have their first notes in one instant: they share an issue. Null: people closed it. */
function oneAtATime(world: Pick<World, "github" | "clock">, of: IssueRef): Promise<number | null> {
  const all = places.get(world.github) ?? new Map<number, Place>();
  places.set(world.github, all);
  const place = all.get(of.repositoryId) ?? { found: Promise.resolve(null), opened: null };
  all.set(of.repositoryId, place);
  const find = () => issueOf(world, of, place);
  place.found = place.found.then(find, find);
  return place.found;
}

async function issueOf(
  { github, clock }: Pick<World, "github" | "clock">,
  of: IssueRef,
  place: Place,
): Promise<number | null> {
  const own = await github.readOwnIssues(of, notesLabel);
  const open = own.findLast((issue) => issue.open);
  if (open !== undefined) return open.number;
  if (own.length > 0) return null;
  if (place.opened !== null && Math.abs(clock.now() - place.opened.at) < replicaMs) return place.opened.number;
  const { number } = await github.openIssue(of, { ...notesIssue, labels: [notesLabel] });
  place.opened = { number, at: clock.now() };
  return number;
}
