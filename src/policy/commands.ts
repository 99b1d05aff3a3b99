// The option `commands`: which commands an agent may run.
import { z } from "zod";
import { ruleProblem } from "./arguments.ts";

const pattern = z
  .string()
  .min(1)
  .max(200)
  .superRefine((text, context) => {
    const message = ruleProblem(text) ?? (/^\s|\s$|\s\s/.test(text) ? "has blanks that no command has" : null);
    if (message !== null) context.addIssue({ code: "custom", message });
  });

const patterns = () => z.array(pattern).max(40).default([]);

export const Commands = z.strictObject({
  deny: patterns().describe("Commands that are never run, whatever anybody approves."),
  ask: patterns().describe(
    "Commands that a person first has to approve, word for word and for one attempt, unless `deny` has them.",
  ),
  allow: patterns().describe("Commands that may be run where `otherwise` would not let them."),
  otherwise: z
    .enum(["allow", "ask", "deny"])
    .default("allow")
    .describe("What becomes of a command that none of the lists has."),
});
