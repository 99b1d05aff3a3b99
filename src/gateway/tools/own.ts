// Loopgate's own tools as a run is served them: what it says is noted, what it reads was fixed when the run began.
import { z } from "zod";
import { findingBlocks } from "../../brief/findings.ts";
import { dataBlock, dataBlockRule } from "../../brief/quote.ts";
import { type OwnTool, type OwnToolName, toolsWhere } from "../../brief/tools.ts";
import { claimBounds, type Finding } from "../../loop/state.ts";
import type { Told } from "../../verify/told.ts";
import { type AskedChecks, runCheck } from "./run-check.ts";
import { type Attached, done, type InputSchema, refused, type ServedTool, type ToolAnswer } from "./tool.ts";
import type { Words } from "./words.ts";

/** What the tools of one run stand on. */
export interface OwnParts {
  /** Notes what the agent says, so that it outlasts a restart; false: a list of it is full. */
  readonly note: (said: Told) => Promise<boolean>;
  /** The frozen issue; null: it is not kept with the run. */
  readonly issue: () => Promise<string | null>;
  /** What was wrong with the last attempt that was not accepted; empty: there was none. */
  readonly findings: readonly Finding[];
  /** Has the thread show a picture. */
  readonly attach: (wanted: { readonly picture: string; readonly caption?: string }) => Promise<Attached>;
  /** The policy's own checks; null: it has none. */
  readonly checks: AskedChecks | null;
  readonly words: Words;
}

/** The tools of one run, in the order of the catalogue. */
export function ownServed(parts: OwnParts): readonly ServedTool[] {
  return toolsWhere(parts.checks !== null).map((tool) => served(tool, actions(parts)[tool.name], parts.words));
}

/** Of any one tool: each takes what its own schema lets through. */
type Act = (given: never) => Promise<ToolAnswer>;

function served({ name, does, when, input }: OwnTool, act: Act, words: Words): ServedTool {
  return {
    name,
    description: `${does} Call it ${when}.`,
    inputSchema: schemaOf(input),
    readOnly: name.startsWith("read_") || name === "steering",
    async call(given) {
      const taken = input.safeParse(given ?? {});
      if (taken.success) return withWords(await act(taken.data as never), words);
      return withWords(refused(`The arguments are not as they must be: ${problems(taken.error)}.`), words);
    },
  };
}

function withWords(answer: ToolAnswer, words: Words): ToolAnswer {
  const handed = words.take();
  return handed === null ? answer : { ...answer, handed };
}

/** Without the dialect's name, which some providers refuse in a tool's schema. */
function schemaOf(input: z.ZodObject): InputSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input" });
  return schema as InputSchema;
}

/** The first few of them, each with the place it is at. */
function problems({ issues }: z.ZodError): string {
  const told = issues.slice(0, 3).map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  return told.join("; ").slice(0, 600);
}

/** What is said where the loop stops for it. */
const stops = "Noted. Commit what is worth keeping and end: the loop stops then, and a person is asked.";

function actions({ note, issue, findings, attach, checks, words }: OwnParts): Readonly<Record<OwnToolName, Act>> {
  const say = async (said: Told, answer = "Noted.") =>
    (await note(said)) ? done(answer) : refused(`There are ${claimBounds.entries} entries of this kind already.`);
  type Text = { readonly text: string };
  return {
    progress: ({ text }: Text) => say({ progress: text }),
    decision: ({ text }: Text) => say({ decisions: [text] }),
    assumption: ({ text }: Text) => say({ assumptions: [text] }),
    uncertainty: ({ confidence, about }: { confidence: number; about?: string }) =>
      say({ confidence, ...(about === undefined ? {} : { assumptions: [about] }) }),
    question: ({ text, ...offered }: Text & Pick<Told, "choices" | "recommendation">) =>
      say({ question: text, ...offered }, stops),
    request_permission: ({ text }: Text) => say({ permission: text }, stops),
    blocked_on: ({ text }: Text) => say({ blocked_on: text }, stops),
    finish: (all: Pick<Told, "summary" | "confidence" | "nothing_to_do">) => say(all, "Noted. End now."),
    async read_issue() {
      const text = await issue();
      if (text === null) return refused("The text of the issue is not kept with this run; it stands in the brief.");
      return done(`${dataBlock("the issue", text)}\n\n${dataBlockRule}`);
    },
    async read_ci_log() {
      if (findings.length === 0) return done("No earlier attempt of this loop was found wanting.");
      return done(`${findingBlocks(findings)}\n\n${dataBlockRule}`);
    },
    async steering() {
      const before = words.before();
      if (before !== null) return done(`You were told this before:\n\n${before}`);
      return done(words.waits() ? "There is something new." : "Nobody has said anything to you since you began.");
    },
    async attach_artifact(wanted: { readonly picture: string; readonly caption?: string }) {
      const came = await attach(wanted);
      if (came === null) return done("Noted. The thread shows it once you have ended.");
      return refused(`${wanted.picture} is not attached: ${came.why}.`);
    },
    async run_check({ check }: { readonly check?: string }) {
      return checks === null ? refused("The policy has no checks.") : runCheck(checks, check);
    },
  };
}
