// Each next action that an ending names, as the machine makes them: the cells of the table of reasons and next actions.
import { type Verb, verbs } from "../../src/loop/event.ts";
import type { Ending, LoopState } from "../../src/loop/state.ts";
import { nextAction } from "../../src/report/next.ts";
import { anAttempt, anEndedLoop, aVerdict } from "../loop/builder.ts";
import { everyEnding } from "./every-ending.ts";

/** What is said to be done: each command with what stands after it, whether the label is set again, and what else a person does. */
export function offered(text: string): {
  readonly commands: readonly [Verb, string][];
  readonly label: boolean;
  readonly byHand: readonly ("merge" | "close")[];
} {
  const commands = [...text.matchAll(/`\/loop ([a-z]+) ?([^`]*)`/g)].map(([, word, argument = ""]): [Verb, string] => {
    const verb = verbs.find((known) => known === word);
    if (verb === undefined) throw new Error(`"/loop ${word}" is offered and is no command`);
    return [verb, argument];
  });
  const byHand = [
    ...(/^(merge the|merge \[|look at .* and merge it|merge .* yourself)/i.test(text) ? (["merge"] as const) : []),
    ...(/^close this issue/i.test(text) ? (["close"] as const) : []),
  ];
  return { commands, label: /set the label/i.test(text), byHand };
}

/** What tells endings apart whose next action is another, beside their cause and where they go on. */
const kinds = ["lacks", "ofCommits", "queue", "image", "onBase", "trouble", "unjudged", "role"] as const;

/** An ending as a row of the table: `budget_limit: money, verify`. */
export function rowOf(ending: Pick<Ending, "resume"> & Ending): string {
  const facts: Readonly<Record<string, unknown>> = ending;
  const told = kinds.flatMap((kind) => {
    const value = facts[kind];
    return value === undefined ? [] : [value === true ? kind : String(value)];
  });
  return [`${ending.reason}: ${ending.of}`, ...told, ...(ending.resume === "none" ? [] : [ending.resume])].join(", ");
}

/** The actions that a sentence names: `/loop retry`, `label`, `merge`, `close`. */
export function actionsIn(text: string): string[] {
  const { commands, label, byHand } = offered(text);
  return [...commands.map(([verb]) => `/loop ${verb}`), ...(label ? ["label"] : []), ...byHand];
}

/** Every row with the actions it names; those of earlier versions' records are none of this version's. */
export function everyCell(): Map<string, readonly string[]> {
  const rows = new Map<string, readonly string[]>();
  for (const example of Object.values(everyEnding).flat()) {
    if (example.of === "told") continue;
    if (example.of === "ci_silent" && !("lacks" in example)) continue; // of a version that did not tell them apart
    const plan = { stage: "offered", offered: aPlan } as const;
    const attempts = [anAttempt({ verdict: aVerdict() })];
    const state = anEndedLoop(example, example.of === "plan_expired" ? { attempts, plan } : { attempts });
    const ending = endingOf(state);
    const known = rows.get(rowOf(ending)) ?? [];
    rows.set(rowOf(ending), [...new Set([...known, ...actionsIn(nextAction(state, ending, "[#13](url)"))])]);
  }
  return rows;
}

const aPlan = { summary: "", steps: ["Mend it."], files: [], verification: "", estimate: "" };

function endingOf({ ending }: LoopState): Ending {
  if (ending === null) throw new Error("it has ended");
  return ending;
}
