// Who did what to an issue last, from its timeline.
import { z } from "zod";
import type { Person } from "../../loop/state.ts";
import { Time } from "../client/answers.ts";
import { Actor, personOfActor } from "./people.ts";

/** A label that was set, or taken away. */
export const LabelEvent = z.object({
  __typename: z.string(),
  createdAt: Time,
  label: z.object({ name: z.string() }),
  actor: Actor,
});

/** Who set this label last and when; null when it is not among `labels` now, or nobody is known to have set it. */
export function lastLabelling(
  events: readonly z.infer<typeof LabelEvent>[],
  label: string,
  labels: readonly string[],
): { readonly actor: Person; readonly at: number } | null {
  if (!labels.some((one) => same(one, label))) return null;
  const last = events.findLast((event) => event.__typename === "LabeledEvent" && same(event.label.name, label));
  return last === undefined ? null : { actor: personOfActor(last.actor), at: last.createdAt };
}

/** GitHub keeps label names unique without regard to case. */
export function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
