// The rules of a branch as GraphQL shows them: rulesets as rules, classic protection as what a non-admin may see of it.
import type { BranchRule, Repository } from "../model.ts";
import { connection, type Item } from "./connection.ts";
import { type Args, type Fields, fieldsOf, type Source, source } from "./source.ts";

interface RuleIn {
  readonly key: string;
  readonly type: string;
  readonly parameters: Source | null;
}

export const ruleFields: Readonly<Record<string, Fields>> = {
  RepositoryRule: fieldsOf<RuleIn>({
    id: ({ key }) => `RRU_${Buffer.from(key).toString("base64url")}`,
    type: ({ type }) => type,
    parameters: ({ parameters }) => parameters,
  }),
  RequiredStatusChecksParameters: fieldsOf<BranchRule>({
    doNotEnforceOnCreate: () => false,
    strictRequiredStatusChecksPolicy: ({ upToDate }) => upToDate ?? false,
    requiredStatusChecks: ({ requiredChecks }) =>
      requiredChecks.map((check) => source("StatusCheckConfiguration", check)),
  }),
  StatusCheckConfiguration: fieldsOf<BranchRule["requiredChecks"][number]>({
    context: ({ context }) => context,
    integrationId: ({ appId }) => appId,
  }),
  RefUpdateRule: fieldsOf<BranchRule>({
    requiredStatusCheckContexts: ({ requiredChecks }) => requiredChecks.map(({ context }) => context),
    requiresCodeOwnerReviews: ({ codeOwners }) => codeOwners ?? false,
    requiresSignatures: ({ signatures }) => signatures ?? false,
    requiresConversationResolution: ({ resolvedThreads }) => resolvedThreads ?? false,
    requiresLinearHistory: ({ linearHistory }) => linearHistory ?? false,
    requiredApprovingReviewCount: ({ requiredApprovals }) => requiredApprovals || null,
    allowsForcePushes: ({ allowForcePushes }) => allowForcePushes,
  }),
};

/** The rules of the rulesets that apply to a branch; classic protection is not among them. */
export function rulesOf(repository: Repository, branch: string, args: Args, field: string): Source {
  const rule = ruleOf(repository, branch, false);
  const types = rule === null ? [] : typesOf(rule);
  const items: Item[] = types.map((type) => {
    const parameters =
      type === "REQUIRED_STATUS_CHECKS" && rule !== null ? source("RequiredStatusChecksParameters", rule) : null;
    const key = `${repository.id}:${branch}:${type}`;
    return { key, node: source("RepositoryRule", { key, type, parameters }) };
  });
  return connection("RepositoryRuleConnection", field, args, items);
}

/** Classic protection of a branch, as far as a caller without admin access sees it. */
export function updateRuleOf(repository: Repository, branch: string): Source | null {
  const rule = ruleOf(repository, branch, true);
  return rule && source("RefUpdateRule", rule);
}

function ruleOf(repository: Repository, branch: string, classic: boolean): BranchRule | null {
  const rule = repository.rules.get(branch);
  return rule !== undefined && (rule.classic ?? false) === classic ? rule : null;
}

function typesOf(rule: BranchRule): string[] {
  return [
    ...(rule.requiredChecks.length > 0 ? ["REQUIRED_STATUS_CHECKS"] : []),
    ...(rule.signatures ? ["REQUIRED_SIGNATURES"] : []),
    ...(rule.linearHistory ? ["REQUIRED_LINEAR_HISTORY"] : []),
    ...(rule.allowForcePushes ? [] : ["NON_FAST_FORWARD"]),
  ];
}
