// What an executor is told that is to plan and not yet to work: its answer is a plan, which a person says yes or no to.
import { planText } from "../loop/plan-text.ts";
import { type Plan, planBounds, type Said } from "../loop/state.ts";
import { dataBlock, dataBlockRule } from "./quote.ts";
import { saidSince } from "./said.ts";

export interface PlannerWork {
  readonly repository: string; // owner/name
  readonly issue: number;
  readonly snapshotText: string; // the frozen issue
  readonly deadlineMs: number;
  readonly said: readonly Said[]; // what people said by commands, oldest first
  readonly before: Plan | null; // the plan that people want another for; null: there was none
}

/** The brief as Markdown. The same work always gives the same text. */
export function plannerBrief(work: PlannerWork): string {
  const sections = [
    `# Plan: issue ${work.issue} of ${work.repository}`,
    task(work),
    dataBlock("the issue", work.snapshotText),
    ...(work.before === null
      ? []
      : [
          `## The plan before\n\nPeople want another one. Keep what they did not object to.\n\n${dataBlock("the plan before", planText(work.before))}`,
        ]),
    saidSince(work.said),
    answer,
  ];
  return `${sections.filter((text) => text !== null).join("\n\n")}\n`;
}

function task({ deadlineMs }: PlannerWork): string {
  return [
    "Plan how to do what the issue asks for, in the repository you are in. Do not do it: a person reads your plan first, and says yes,",
    "no, or what should be different. Then you, or another agent, work by it, and the reviewer holds the change against it.",
    "",
    "- Read as much of the repository as you need, and run what you like. Nothing that you change or commit is kept, and you can push nothing.",
    "- Be short and exact: name the files, what becomes of each, and which test will show that the work is done.",
    "- There is no network but the addresses in your environment, and no credential. Do not look for either.",
    `- You are stopped after ${Math.max(1, Math.floor(deadlineMs / 60_000))} minutes.`,
    `- ${dataBlockRule}`,
  ].join("\n");
}

const answer = `## When you end

Write \`/loop/out/result.json\` (the folder \`/loop\` is also named by \`$LOOP_DIR\`):

\`\`\`json
{
  "plan": {
    "summary": "What will be done, in a sentence or two.",
    "steps": ["Parse an empty line as an empty list, in src/parse.js.", "Add a test for it."],
    "files": ["src/parse.js", "test/parse.test.js"],
    "verification": "The new test fails before and passes after; npm test stays green.",
    "estimate": "10 minutes, about $0.20"
  },
  "confidence": 0.8,
  "question": null,
  "permission": null,
  "blocked_on": null
}
\`\`\`

- \`plan.steps\`: at most ${planBounds.steps}, in order, each of at most ${planBounds.step} characters; \`plan.files\`: at most ${planBounds.files}.
- \`plan.verification\`: how anybody will see that the work is done. \`plan.estimate\`: what you think it will take.
- \`question\`: what only a person can answer and the plan hangs on. The loop stops and asks it; do not guess instead.
- \`permission\`, \`blocked_on\`: something you may not do but would need; something outside the repository that must happen first.`;
