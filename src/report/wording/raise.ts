// How a run gets more of what it ran out of.
import { optionThatRaises } from "../../loop/raise.ts";
import type { Attempt } from "../../loop/state.ts";

/** For an attempt of which a run met a limit that policy sets; nothing for any other. */
export function raisingSentences(attempt: Attempt): string[] {
  const options = new Set(attempt.runs.flatMap(({ trouble }) => optionThatRaises(trouble) ?? []));
  return [...options].map(
    (option) => `A person can raise \`${option}\` in \`.github/loop.yml\`, as far as this App's operator allows.`,
  );
}
