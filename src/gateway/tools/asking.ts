// What waits for a person before it is done: asked for once and word for word, done once where it was allowed.
import { unseenCharacter } from "../../base/unseen.ts";
import { refused, type ToolAnswer } from "./tool.ts";

/** What people have said of what was asked for, and how they are asked. */
export interface Asking {
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  /** False where something else waits for a person already, who is asked one thing at a time. */
  readonly ask: (permission: string) => Promise<boolean>;
  /** Uses up what was allowed, before it is done; false: it was used before. */
  readonly use: (permission: string) => Promise<boolean>;
}

/** A person has to be shown all of it; a wish is kept word for word up to 500 characters. */
export const longestAsked = 400;

/** What the agent is told of a call or command that a person has to allow; null: one has. `wish`: all of it, as that person reads it. */
export async function untilAllowed(
  { allowed, denied, ask, use }: Asking,
  what: "call" | "command",
  wish: string,
): Promise<ToolAnswer | null> {
  if (allowed.includes(wish) && (await use(wish))) return null;
  if (denied.includes(wish)) return refused(`A person refused this very ${what}. Do without it, and do not ask again.`);
  if (!(await ask(wish)))
    return refused(
      `A person has to approve this ${what}, and something else that you asked for waits for one already. Commit what is worth keeping and end; ask for this once that is decided.`,
    );
  const again = what === "call" ? "make the same call" : "run the same command";
  return refused(
    `This ${what} waits for a person's approval. Commit what is worth keeping and end: the loop stops then, and a person is asked. Once it is approved, ${again} again.`,
  );
}

/** As JSON with sorted names, so that one call has one text; what nobody sees is written out. */
export function inFull(given: unknown): string {
  const sorted = (_: string, value: unknown) =>
    isGroup(value) ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value;
  const escaped = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(given, sorted).replace(unseenCharacter, (one) => one.split("").map(escaped).join(""));
}

function isGroup(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
