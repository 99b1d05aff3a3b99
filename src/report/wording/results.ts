// What the judges of a commit are called, and the headlines of its check run.
import type { Result } from "../../loop/results.ts";

/** The kinds of judges. */
export const judgeWords: Readonly<Record<Exclude<Result["of"], "criterion">, string>> = {
  verdict: "verdict",
  policy: "policy",
  check: "check",
  knock_out: "knock-out",
  gaming: "against gaming",
  trace: "trace review",
  ci: "CI",
  review: "review",
  run: "run",
};

/** The check run in a few words: who stands against the commit, or has not said that nothing does. */
export function verdictTitle({ colour, parts }: Result): string {
  if (colour === "green") return "Green: every judge that counts";
  const judges = parts
    .filter((one) => one.colour === colour)
    .map(({ of }) => (of === "criterion" ? "" : judgeWords[of]));
  if (judges.length === 0) return colour === "red" ? "Red" : "No verdict: nothing was shown";
  return colour === "red" ? `Red: ${judges.join(", ")}` : `No verdict: nothing shown by ${judges.join(", ")}`;
}

export function reviewersWords(confidence: number): string {
  return `**What the reviewer says**, with a confidence of ${confidence}:`;
}
