// The errand that every agent CLI is sent on, and what the scripted model bills for it.
import { CLI_VERSIONS } from "../../src/cli/demo-clis.ts";
import type { Installed } from "./install.ts";
import { usageOf } from "./model-server.ts";
import type { Step } from "./script.ts";

/** US dollars per million tokens, for every model of every provider. */
export const PRICE = { input: 4, output: 20, cacheRead: 1, cacheWrite: 5 } as const;

/** `LOOPGATE_TEST_AGENTS=codex,gemini` tries some of them; all by default. */
export const kinds = chosenKinds(process.env.LOOPGATE_TEST_AGENTS);

/** What calls its tools by the command `loop`, which takes words and no confidence. */
export const WITHOUT_MCP: ReadonlySet<Installed> = new Set(["qwen"]);

/** The kinds that a list names, in one order always. Throws at a name that is none, lest nothing be tried unnoticed. */
export function chosenKinds(list: string | undefined): readonly Installed[] {
  const known = Object.keys(CLI_VERSIONS) as Installed[];
  if (list === undefined || list === "") return known;
  const chosen = list.split(",").map((name) => name.trim());
  const unknown = chosen.filter((name) => !known.some((kind) => kind === name));
  if (unknown.length === 0) return known.filter((kind) => chosen.includes(kind));
  throw new Error(`LOOPGATE_TEST_AGENTS names ${unknown.join(", ")}; there are ${known.join(", ")}.`);
}

export const steps: readonly Step[] = [
  { kind: "write", path: "hello.txt", content: "hello\n" },
  { kind: "run", command: "cat hello.txt" },
  { kind: "say", text: "I added hello.txt." },
];

/** An errand without end, as far as a budget goes. */
export const endless: readonly Step[] = Array.from({ length: 100 }, () => ({ kind: "run", command: "true" }));

/** What the script bills for its calls. */
const billed = steps.map((_, turn) => usageOf(turn));

/** Tokens over all of its calls; `input` holds `cached`, `output` holds reasoning. */
export const total = (field: keyof (typeof billed)[number]) => billed.reduce((sum, usage) => sum + usage[field], 0);

/** US dollars over all of its calls. */
export const cost =
  ((total("input") - total("cached")) * PRICE.input +
    total("cached") * PRICE.cacheRead +
    total("output") * PRICE.output) /
  1e6;
