// A plan as lines of text, for whoever works by it, judges by it or says yes to it.
import type { Plan } from "./state.ts";

/** Its steps by number, then the rest as far as it says it. */
export function planText({ summary, steps, files, verification, estimate }: Plan): string {
  return [
    ...(summary === "" ? [] : [summary, ""]),
    ...steps.map((step, index) => `${index + 1}. ${step.replace(/\s+/g, " ")}`),
    ...(files.length === 0 ? [] : ["", "Files:", ...files.map((path) => `- ${path.replace(/\s+/g, " ")}`)]),
    ...(verification === "" ? [] : ["", `How it will be verified: ${verification}`]),
    ...(estimate === "" ? [] : ["", `What it will take, as the agent thinks: ${estimate}`]),
  ].join("\n");
}
