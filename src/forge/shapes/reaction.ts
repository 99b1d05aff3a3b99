// Reactions as GitHub shows and counts them.
import type { Core } from "../core.ts";
import type { Reaction } from "../model.ts";
import { instant } from "./url.ts";
import { userShape } from "./user.ts";

export function reactionShape(core: Core, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: reaction.nodeId,
    user: userShape(core, reaction.user),
    content: reaction.content,
    created_at: instant(reaction.createdAt),
  };
}

/** The count of each reaction; `url` is where they are listed. */
export function rollup(url: string, reactions: readonly Reaction[]) {
  const count = (content: Reaction["content"]) => reactions.filter((one) => one.content === content).length;
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    hooray: count("hooray"),
    confused: count("confused"),
    heart: count("heart"),
    rocket: count("rocket"),
    eyes: count("eyes"),
  };
}
