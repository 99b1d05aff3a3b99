// What the executor told by its tools while it worked, as it would stand in result.json; a claim like that.
import { z } from "zod";
import { claimBounds } from "../loop/state.ts";

const lists = ["assumptions", "decisions"] as const;

/** By the names of result.json, and the last progress besides; what is absent was not told. */
export const Told = z.object({
  progress: z.string().optional(),
  summary: z.string().optional(),
  confidence: z.number().optional(),
  question: z.string().optional(),
  choices: z.array(z.string()).optional(), // of the question that was told with them
  recommendation: z.string().optional(),
  permission: z.string().optional(),
  blocked_on: z.string().optional(),
  nothing_to_do: z.string().optional(),
  assumptions: z.array(z.string()).optional(),
  decisions: z.array(z.string()).optional(),
});
export type Told = z.infer<typeof Told>;

/** With what was told now: a field takes the place of what it said before, an entry of a list is added once. Null: the list is full. */
export function tellMore(told: Told, now: Told): Told | null {
  const { choices, recommendation, ...rest } = told;
  const earlier = now.question === undefined ? told : rest; // an earlier question's choices are not this one's
  const next = { ...earlier, ...now };
  for (const list of lists) {
    const added = (now[list] ?? []).filter((entry) => !told[list]?.includes(entry));
    const all = [...(told[list] ?? []), ...added];
    if (all.length > claimBounds.entries) return null;
    if (all.length > 0) next[list] = all;
  }
  return next;
}
