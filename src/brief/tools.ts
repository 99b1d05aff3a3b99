// Loopgate's own tools, by which an executor speaks while it works: a catalogue that the gateway, the brief and docs/tools.md follow.
import { z } from "zod";
import { claimBounds } from "../loop/state.ts";

/** One tool: its name, what it takes, and what is said of it. */
export interface OwnTool {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly does: string;
  /** When an agent is to call it. */
  readonly when: string;
  /** Its arguments; any other is refused. */
  readonly input: z.ZodObject;
}

const words = (most: number, what: string) => z.string().trim().min(1).max(most).describe(what);
const text = (what: string) => z.strictObject({ text: words(claimBounds.text, what) });
const entry = (what: string) => z.strictObject({ text: words(claimBounds.entry, what) });
const confidence = z.number().min(0).max(1).describe("From 0 to 1, how likely it is that the issue is solved.");

const catalogue = {
  progress: {
    does: "Says what is done so far and what comes next. The last one stands for the summary of an attempt that is cut off.",
    when: "after each step that others would want to know of",
    input: text("What is done and what comes next, in a sentence or two."),
  },
  decision: {
    does: "Notes a choice, for the thread and for whoever goes on.",
    when: "when you choose between ways that a reviewer might have gone",
    input: entry("What you chose, and against what."),
  },
  assumption: {
    does: "Notes what was taken for granted; it is listed in the pull request.",
    when: "when you go on without knowing something for sure",
    input: entry("What you took for granted."),
  },
  uncertainty: {
    does: "Says how sure you are that the issue is solved. Below the limit of the policy a person is asked.",
    when: "as soon as it changes, and again before you end",
    input: z.strictObject({
      confidence,
      about: words(claimBounds.entry, "What the doubt is about; it is noted as an assumption.").optional(),
    }),
  },
  question: {
    does: "Asks what only a person can answer. The loop stops when you end, and asks it.",
    when: "instead of guessing; then commit what is worth keeping and end",
    input: z.strictObject({
      text: words(claimBounds.text, "The question, with what is needed to answer it."),
      choices: z
        .array(words(claimBounds.entry, "An answer that you offer."))
        .max(claimBounds.choices)
        .describe("The answers that you see, each a line; a person picks one by its number or answers in words.")
        .optional(),
      recommendation: words(claimBounds.entry, "Which of them you would take, and why.").optional(),
    }),
  },
  request_permission: {
    does: "Asks for something that you may not do but need. The loop stops when you end, and a person decides.",
    when: "before anything that your brief does not allow; then commit what is worth keeping and end",
    input: z.strictObject({ text: words(claimBounds.permission, "What you need, exactly, and why.") }),
  },
  blocked_on: {
    does: "Names what must happen first, outside the repository. The loop stops when you end.",
    when: "when nothing in the repository can be done about it; then end",
    input: text("What must happen first, and where."),
  },
  finish: {
    does: "Says what came of the work: what result.json says, without the file.",
    when: "once, as the last thing before you end",
    input: z.strictObject({
      summary: words(claimBounds.text, "What was changed and why, in two or three sentences."),
      confidence: confidence.optional(),
      nothing_to_do: words(
        claimBounds.text,
        "The evidence that the issue needs no change. Only where nothing was pushed.",
      ).optional(),
    }),
  },
  read_issue: {
    does: "Gives the issue as it was frozen when the loop began.",
    when: "when you want its words again",
    input: z.strictObject({}),
  },
  read_ci_log: {
    does: "Gives what was wrong with the last attempt that was not accepted, the ends of the failed jobs' logs included.",
    when: "when you mend what an earlier attempt left",
    input: z.strictObject({}),
  },
  steering: {
    does: "Gives what people have said to you since you began.",
    when: "when you are told that there is something, and before you choose a way that would be hard to turn back from",
    input: z.strictObject({}),
  },
  attach_artifact: {
    does: "Shows a picture in the thread: a PNG file that you wrote beside result.json, or one that a tool answered with.",
    when: "when a picture shows people what words do not, such as a page that you changed",
    input: z.strictObject({
      picture: words(
        100,
        "The name of the file in that folder, such as home.png, or the picture's, such as picture-1.",
      ),
      caption: words(claimBounds.entry, "What it shows.").optional(),
    }),
  },
  run_check: {
    does: "Runs a check of the policy on the commit you pushed last, in a clean checkout without network, and says what it showed. The loop runs it anew when you end.",
    when: "when you want to know before you end; commit and run `git push origin HEAD:refs/heads/$LOOP_BRANCH` first",
    input: z.strictObject({
      check: words(200, "The check's name; may be left out where there is one alone.").optional(),
    }),
  },
} satisfies Readonly<Record<string, Omit<OwnTool, "name">>>;

export type OwnToolName = keyof typeof catalogue;

/** Those that a run has: run_check where the policy has checks. */
export function toolsWhere(hasChecks: boolean): readonly (OwnTool & { readonly name: OwnToolName })[] {
  return ownTools.filter(({ name }) => hasChecks || name !== "run_check");
}

/** What agents call a tool of another server by: no tool of Loopgate's own has a hyphen, and no server's name has one. */
export function servedName(server: string, tool: string): string {
  return `${server}-${tool}`;
}

/** All of them, in the order in which an agent is told of them. */
export const ownTools = Object.entries(catalogue).map(([name, tool]) => ({
  name: name as OwnToolName,
  ...tool,
})) satisfies readonly OwnTool[];
