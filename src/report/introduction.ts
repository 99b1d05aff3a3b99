// The pull request that proposes a first policy to a repository that is new to the App.
import type { Draft } from "../policy/draft.ts";
import { policyPath } from "../policy/near-name.ts";
import { inlineCode } from "./escape.ts";
import { footer } from "./wording/parts.ts";

interface Place {
  readonly url: string; // the repository's page
  readonly label: string; // the trigger
  readonly branch: string; // that the proposal is on
}

/** What the form for a first issue is filled in with: small, harmless, and plain to see when it is done. */
const firstIssue = {
  title: "Say in the README how to run the tests",
  body: `The README should say how to run this repository's tests.

Done when:
- \`README.md\` has a section "Running the tests" with the command, and what has to be installed before it.
- The command was tried, and does what the section says.
- No other file is changed.`,
} as const;

/** Title and description of the pull request, and the message of its commit. */
export function firstPolicy(
  { found }: Pick<Draft, "found">,
  { url, label, branch }: Place,
): { readonly title: string; readonly body: string; readonly message: string } {
  const set = inlineCode(label);
  const form = `${url}/issues/new?${new URLSearchParams({ ...firstIssue, labels: label })}`;
  const body = `Loopgate was added to this repository. It does nothing until somebody with write permission sets the label ${set} on an issue. Then an agent works on that issue in a sealed container and pushes a branch, CI and an independent reviewer judge the change, and nothing counts until a person has approved the pull request.

This adds \`${policyPath}\`, which says what a loop may do here and what it may cost. The check \`loop / policy\` below says what it comes to.

| If you | then |
|---|---|
| merge it | it counts for every loop that begins afterwards |
| change it first | edit the file on this branch, ${inlineCode(branch)}; the check says what is wrong with it, if anything |
| close it | nothing is written, and it is not proposed again; loops run with what the operator has set |

**What a look at the files told**

${found.map((sentence) => `- ${sentence}`).join("\n")}

**A first issue to try**

[${firstIssue.title}](${form}): a form that is filled in already. Submitting it with its label begins a loop; without the label it is an issue like any other.

${footer}`;
  return {
    title: "Add a policy for Loopgate",
    body,
    message: `Add a policy for Loopgate\n\n${policyPath} says what loops may do here and what they may cost.\n`,
  };
}
