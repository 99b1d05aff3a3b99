// What people say to the agent of a run while it works: handed over once, counted as heard when it went out, told to whoever follows the run.
import { z } from "zod";
import { dataBlock } from "../brief/quote.ts";
import { leadOf, steeringRule } from "../brief/said.ts";
import type { Words } from "../gateway/tools/words.ts";
import { Heard, type LoopState, type Said } from "../loop/state.ts";

/** Words as they are kept with the run; `heard`: how its agent was told; null: it was not. */
export const KeptWords = z.object({
  id: z.string(),
  by: z.string(), // login
  text: z.string(),
  heard: Heard.shape.by.nullable(),
});
export type KeptWords = z.infer<typeof KeptWords>;

export interface RunWords extends Words {
  /** Those of the loop's state that this run's agent is to hear. */
  hear(loop: Pick<LoopState, "said">): Promise<void>;
  /** Has `tell` told of what is heard, and of what was. */
  onHeard(tell: (heard: Heard) => void): void;
}

export interface WordsParts {
  readonly run: string;
  /** What an earlier process kept. */
  readonly kept: readonly KeptWords[];
  /** What its agent was told before it began; null: it cannot be read. */
  readonly brief: () => Promise<string | null>;
  /** Keeps them, so that a restart forgets none. */
  readonly keep: (words: readonly KeptWords[]) => Promise<void>;
  /** Told where what was heard cannot be kept: it was heard all the same. */
  readonly onError: (error: unknown) => void;
}

/** The words of one run. */
export function runWords({ run, kept, brief, keep, onError }: WordsParts): RunWords {
  let words = kept;
  const onTheirWay = new Set<string>();
  let tell: (heard: Heard) => void = () => {};
  const waiting = () => words.filter(({ id, heard }) => heard === null && !onTheirWay.has(id));
  const settle = async (ids: readonly string[], isSent: boolean) => {
    for (const id of ids) onTheirWay.delete(id);
    if (!isSent) return;
    words = words.map((one) => (ids.includes(one.id) && one.heard === null ? { ...one, heard: "tool" } : one));
    await keep(words).catch(onError);
    for (const id of ids) tell({ id, by: "tool" });
  };
  return {
    waits: () => waiting().length > 0,
    before: () => blocksOf(words.filter(({ heard }) => heard === "tool")),
    take() {
      const taken = waiting();
      const text = blocksOf(taken);
      if (text === null) return null;
      const ids = taken.map(({ id }) => id);
      for (const id of ids) onTheirWay.add(id);
      return { text: `${steeringRule}\n\n${text}`, settle: (isSent) => settle(ids, isSent) };
    },
    async hear({ said = [] }) {
      const isNew = ({ id, telling }: Said) => telling === run && !words.some((one) => one.id === id);
      if (!said.some(isNew)) return;
      const told = (await brief()) ?? "";
      const added = said.filter(isNew).map(({ id = "", by, text }): KeptWords => {
        const isInBrief = told.includes(blockOf({ by, text }));
        return { id, by, text, heard: isInBrief ? "brief" : null };
      });
      words = [...words, ...added];
      await keep(words);
      for (const { id, heard } of added) if (heard !== null) tell({ id, by: heard });
    },
    onHeard(next) {
      tell = next;
      for (const { id, heard } of words) if (heard !== null) tell({ id, by: heard });
    },
  };
}

function blocksOf(words: readonly KeptWords[]): string | null {
  return words.length === 0 ? null : words.map(blockOf).join("\n\n");
}

/** As a brief quotes it. */
function blockOf({ by, text }: Pick<KeptWords, "by" | "text">): string {
  return dataBlock(leadOf({ of: "steer", by }), text);
}
