// Who closed or merged a pull request, and who deleted its branch: its timeline knows, the pull request itself only who merged.
import { z } from "zod";
import type { Person } from "../../loop/state.ts";
import { Actor, actorFields, nobody, personOfActor } from "./people.ts";

/** Select on a PullRequest, beside `mergedBy`. */
export const closedFields = `timelineItems(itemTypes: [CLOSED_EVENT, HEAD_REF_DELETED_EVENT], last: 10) {
    nodes { __typename ... on ClosedEvent { actor { ${actorFields} } } ... on HeadRefDeletedEvent { actor { ${actorFields} } } }
  }`;

export const Closed = z.object({ nodes: z.array(z.object({ __typename: z.string(), actor: Actor })) });

interface ClosedPull {
  readonly state: string;
  readonly mergedBy: z.infer<typeof Actor>;
  readonly timelineItems: z.infer<typeof Closed>;
}

/** Who closed or merged it last; the ghost where that account is gone, nobody where GitHub does not say. */
export function closerOf({ state, mergedBy, timelineItems }: ClosedPull): Person {
  if (state === "MERGED") return personOfActor(mergedBy);
  return actorOf(timelineItems, "ClosedEvent");
}

/** Who deleted its branch last. */
export function branchDeleterOf({ timelineItems }: ClosedPull): Person {
  return actorOf(timelineItems, "HeadRefDeletedEvent");
}

function actorOf({ nodes }: z.infer<typeof Closed>, type: string): Person {
  const last = nodes.findLast((event) => event.__typename === type);
  return last === undefined ? nobody : personOfActor(last.actor);
}
