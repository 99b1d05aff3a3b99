// The tool run_check: what it answers of each way in which a check that was asked for can come out.
import { findingBlocks } from "../../brief/findings.ts";
import { dataBlock, dataBlockRule } from "../../brief/quote.ts";
import type { CheckSeen } from "../../loop/state.ts";
import { done, refused, type ToolAnswer } from "./tool.ts";

/** What came of asking. `head`: the commit that was, or is being, judged. */
export type Asked =
  | { readonly kind: "seen"; readonly head: string; readonly seen: CheckSeen; readonly again: boolean } // true: nothing ran
  | { readonly kind: "running"; readonly head: string } // asked for again, it goes on from there
  | { readonly kind: "nothing_pushed" }
  | { readonly kind: "busy"; readonly name: string } // another one of this run's is being made
  | { readonly kind: "too_many"; readonly most: number }
  | { readonly kind: "lost" }; // it came to nothing that says anything of the commit

/** The policy's own checks, for one run to ask for. */
export interface AskedChecks {
  readonly names: readonly string[];
  /** Answers within 45 s, whether or not the check is done. Throws Fault where it cannot be started. */
  run(name: string): Promise<Asked>;
}

const colours: Readonly<Record<CheckSeen["state"], string>> = {
  green: "green",
  red: "red",
  no_evidence: "no evidence, which is not green",
};

/** Asks for the check of this name; where none is named, the only one. */
export async function runCheck({ names, run }: AskedChecks, named: string | undefined): Promise<ToolAnswer> {
  const name = named ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !names.includes(name)) return refused(`Say which check: ${names.join(", ")}.`);
  return answerOf(name, await run(name));
}

function answerOf(name: string, asked: Asked): ToolAnswer {
  switch (asked.kind) {
    case "seen":
      return done(seenText(name, asked));
    case "running":
      return done(
        `The check ${name} is still running on ${asked.head.slice(0, 12)}. Call run_check again for what it shows.`,
      );
    case "nothing_pushed":
      return refused(
        "Nothing was pushed yet. Commit, run `git push origin HEAD:refs/heads/$LOOP_BRANCH`, and call again.",
      );
    case "busy":
      return refused(`The check ${asked.name} is still running; one runs at a time. Call run_check for it first.`);
    case "too_many":
      return refused(`A run may ask for ${asked.most} checks, and this one has. The loop runs them when you end.`);
    case "lost":
      return { outcome: "failed", text: "The check was lost, by no fault of yours. The loop runs it when you end." };
  }
}

function seenText(name: string, { head, seen, again }: Extract<Asked, { kind: "seen" }>): string {
  const { state, note, findings } = seen;
  const before = again ? " You asked for that before, so nothing ran." : "";
  const judged = `The check ${name} on the commit you pushed last, ${head.slice(0, 12)}: ${colours[state]}.${before}`;
  const found = findings.length === 0 ? [] : [findingBlocks(findings)];
  return [judged, dataBlock("what it showed", note), ...found, dataBlockRule].join("\n\n");
}
