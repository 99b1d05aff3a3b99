// What people said to a loop by commands, as a brief tells it.
import type { Said } from "../loop/state.ts";
import { dataBlock } from "./quote.ts";

const leads: Record<Said["of"], string> = { steer: "said", answer: "answered", denied: "refused" };

/** By people who may write here; what they answer or refuse is quoted with it. Null: they said nothing. */
export function saidSince(said: readonly Said[]): string | null {
  if (said.length === 0) return null;
  const blocks = said.flatMap(({ of, by, text, about }) => [
    ...(about === undefined ? [] : [dataBlock(of === "answer" ? "the question" : "what was asked for", about)]),
    text === "" && of === "denied" ? `${by} refused that.` : dataBlock(`what ${by} ${leads[of]}`, text),
  ]);
  const rule =
    "People who may decide here said this, the newest last. Go by it; what was refused, do without, and do not ask for it again.";
  return `## What people said to you\n\n${rule}\n\n${blocks.join("\n\n")}`;
}
