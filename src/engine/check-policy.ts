// Shows on a pull request of anybody what it makes of the policy.
import type { Effect } from "../loop/effect.ts";
import { judgeProposed } from "../policy/proposed.ts";
import { policyCheckText } from "../report/policy-check.ts";
import { policyCheck, type World } from "./world.ts";

/** The same commit is never shown twice: its check run is looked for, and brought up to date. Throws Fault. */
export async function checkPolicy(
  { github, operator }: Pick<World, "github" | "operator">,
  { pull, head, base }: Extract<Effect, { type: "check_policy" }>,
): Promise<void> {
  const proposed = await github.readProposedPolicy(pull, { head, base });
  if (proposed === null) return;
  const { before, after } = proposed;
  const isHidden = [before, after].some((file) => file !== null && "hidden" in file);
  const shown = policyCheckText(judgeProposed(before, after, operator), { ...proposed, isHidden });
  const externalId = `policy/${pull.repositoryId}/${pull.number}/${head}`;
  await github.publishCheck(pull, { ...shown, name: policyCheck, head, externalId }, true);
}
