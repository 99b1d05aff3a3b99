// What `empty: clean` of a check is good for, by what its command and its name say that it judges.
import { type Judging, judgingOf, judgingOfName } from "../gaming/commands.ts";

/** `linters`: documents that linters alone write; `lists`: empty lists too, which runners of tests leave where they ran none. */
export type EmptyIsClean = "linters" | "lists";

/** Null where nothing that is empty is clean: nobody asked for it, or the check is of tests. */
export function emptyIsClean(check: {
  readonly name: string;
  readonly command: string;
  readonly empty?: "clean" | "no_evidence" | undefined;
}): EmptyIsClean | null {
  if (check.empty !== "clean") return null;
  const judged = check.command.split(/&&|\|\||[;|&\n]/).flatMap((part) => judgingOf(part) ?? []);
  const told = judged.filter((one) => one !== "all");
  const by = told.length > 0 ? told : [judgingOf(check.name) ?? judgingOfName(check.name)];
  if (by.includes("tests")) return null;
  return by.every(isOfLinter) ? "lists" : "linters";
}

function isOfLinter(judged: Judging | null): boolean {
  return judged === "lint" || judged === "types";
}
