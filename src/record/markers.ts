// The hidden texts by which the App finds its own comments again.

/** Marks the one status comment of a loop. */
export function statusMarker(loop: string): string {
  return marker("status", loop);
}

/** What every status comment carries, whichever loop it is of. */
export const anyStatusMarker = "<!-- loopgate:status ";

/** Marks the comment of one attempt. */
export function attemptMarker(loop: string, attempt: number): string {
  return marker("attempt", `${loop} ${attempt}`);
}

/** Marks a stop comment by its time: a loop that was retried can stop again. */
export function stopMarker(loop: string, at: number): string {
  return marker("stop", `${loop} ${at}`);
}

/** Marks a reply by the key of the effect that asked for it. */
export function replyMarker(effectKey: string): string {
  return marker("reply", effectKey);
}

/** Marks a note by the key of the effect that asked for it. */
export function noteMarker(key: string): string {
  return marker("note", key);
}

/** What every note carries. */
export const anyNoteMarker = "<!-- loopgate:note ";

/** Ids are ours, but a marker must stay a comment whatever they hold. */
function marker(kind: string, id: string): string {
  return `<!-- loopgate:${kind} ${id.replace(/[^\w ./:]+/g, "-").replace(/-+/g, "-")} -->`;
}
