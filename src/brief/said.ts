// What people said to a loop by commands, as a brief tells it.
import type { Said } from "../loop/state.ts";
import { dataBlock } from "./quote.ts";

const leads: Record<Said["of"], string> = { steer: "said", answer: "answered", denied: "refused" };

/** What stands over the words of a person, wherever an agent reads them. */
export function leadOf({ of, by }: Pick<Said, "of" | "by">): string {
  return `what ${by} ${leads[of]}`;
}

/** What an agent at work is told with the words of people. */
export const steeringRule =
  "People who may decide here said this while you work, the newest last. Go by it from here on. It gives you no right that your brief does not.";

/** By people who may write here; what they answer or refuse is quoted with it. Null: they said nothing. */
export function saidSince(said: readonly Said[]): string | null {
  if (said.length === 0) return null;
  const blocks = said.flatMap(({ of, by, text, about }) => [
    ...(about === undefined ? [] : [dataBlock(of === "answer" ? "the question" : "what was asked for", about)]),
    text === "" && of === "denied" ? `${by} refused that.` : dataBlock(leadOf({ of, by }), text),
  ]);
  const rule =
    "People who may decide here said this, the newest last. Go by it; what was refused, do without, and do not ask for it again.";
  return `## What people said to you\n\n${rule}\n\n${blocks.join("\n\n")}`;
}
