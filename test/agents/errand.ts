// The errand that every agent CLI is sent on, and what the scripted model bills for it.
import type { Installed } from "./install.ts";
import { usageOf } from "./model-server.ts";
import type { Step } from "./script.ts";
import { VERSIONS } from "./versions.ts";

/** US dollars per million tokens, for every model of every provider. */
export const PRICE = { input: 4, output: 20, cacheRead: 1, cacheWrite: 5 } as const;

/** `LOOPGATE_TEST_AGENTS=codex,gemini` tries some of them; all by default. */
const chosen = process.env.LOOPGATE_TEST_AGENTS?.split(",") ?? Object.keys(VERSIONS);
export const kinds = Object.keys(VERSIONS).filter((kind): kind is Installed => chosen.includes(kind));

export const steps: readonly Step[] = [
  { kind: "write", path: "hello.txt", content: "hello\n" },
  { kind: "run", command: "cat hello.txt" },
  { kind: "say", text: "I added hello.txt." },
];

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
