// What a repository's branch rules and workflows make of loops, asked before one runs there.
import { z } from "zod";
import type { FindingName, Found } from "../base/finding.ts";
import { globMatcher, globProblem } from "../policy/glob.ts";
import { shownSecrets, targetCheckouts, writingTokens } from "../policy/workflow-jobs.ts";
import { type Client, type Clients, understood } from "./client/client.ts";

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

const Installation = z.object({ id: z.number() });
const Rules = z.array(z.object({ type: z.string(), parameters: z.record(z.string(), z.unknown()).optional() }));
const Required = z.object({
  required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.number().nullish() })),
});
const Reviews = z.object({ required_approving_review_count: z.number(), require_code_owner_review: z.boolean() });
const Branch = z.object({
  protection: z
    .object({
      required_status_checks: z
        .object({ checks: z.array(z.object({ context: z.string(), app_id: z.number().nullable() })).optional() })
        .optional(),
    })
    .optional(),
});
const Text = z.object({ text: z.string().nullish() }).nullable();
const OfDefault = z.object({
  repository: z.object({
    defaultBranchRef: z
      .object({
        name: z.string(),
        refUpdateRule: z
          .object({
            requiredApprovingReviewCount: z.number().nullable(),
            requiresCodeOwnerReviews: z.boolean(),
            requiresSignatures: z.boolean(),
          })
          .nullish(),
      })
      .nullable(),
    workflows: z.object({ entries: z.array(z.object({ name: z.string(), type: z.string() })).optional() }).nullable(),
    ownersFirst: Text,
    ownersNext: Text,
    ownersLast: Text,
  }),
});

const Environments = z.object({
  environments: z.array(
    z.object({
      name: z.string(),
      protection_rules: z.array(z.object({ type: z.string() })).optional(),
      deployment_branch_policy: z.object({ custom_branch_policies: z.boolean() }).nullish(),
    }),
  ),
});
const Policies = z.object({ branch_policies: z.array(z.object({ name: z.string(), type: z.string().optional() })) });

const ofDefault = `query OfDefault($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    defaultBranchRef { name refUpdateRule { requiredApprovingReviewCount requiresCodeOwnerReviews requiresSignatures } }
    workflows: object(expression: "HEAD:.github/workflows") { ... on Tree { entries { name type } } }
    ownersFirst: object(expression: "HEAD:.github/CODEOWNERS") { ... on Blob { text } }
    ownersNext: object(expression: "HEAD:CODEOWNERS") { ... on Blob { text } }
    ownersLast: object(expression: "HEAD:docs/CODEOWNERS") { ... on Blob { text } }
  }
}`;

/** As every loop's branch is called; rules are told for a branch that is not there, too. */
const aLoopBranch = "loop/1-0000";
const verdict = "loop / verdict";
/** The most that GitHub gives at once. */
const perPage = 100;

interface Seen {
  readonly branch: string;
  /** Of rulesets, on a loop's branch. */
  readonly loopRules: z.output<typeof Rules>;
  /** Of rulesets and classic protection; `app` null: any. */
  readonly required: readonly { readonly context: string; readonly app: number | null }[];
  readonly approvals: number;
  readonly codeOwners: boolean;
  /** Whether someone owns each file for which no pattern says otherwise. */
  readonly allOwned: boolean;
  readonly signatures: boolean;
  /** By path, with their text. */
  readonly workflows: ReadonlyMap<string, string>;
  /** By their names in lower case: what keeps a job of a loop's branch from beginning by itself. Null: that cannot be read. */
  readonly environments: ReadonlyMap<string, Hold> | null;
}

interface Hold {
  readonly reviewers: boolean;
  /** Patterns of the only branches whose jobs may begin; null: those of all. */
  readonly branches: readonly string[] | null;
}

/** Some six requests, and one for each workflow and environment, as the App's installation. Never rejects. */
export async function askRepository(clients: Clients, appId: number, at: RepositoryName): Promise<readonly Found[]> {
  const called = `${at.owner}/${at.name}`;
  const found = (name: FindingName, text: string): Found => ({ name, text: `${called}: ${text}` });
  const params = { owner: at.owner, repo: at.name };
  try {
    const { data } = await clients.forApp().request("GET /repos/{owner}/{repo}/installation", params);
    const { id } = understood({ attempted: `Could not read the installation on ${called}`, shape: Installation }, data);
    const seen = await look(clients.forInstallation(id), at);
    if (seen === null)
      return [found("repository-silent", "it has no default branch yet, so that there is nothing to look at.")];
    return judge(seen, appId).map(({ name, text }) => found(name, text));
  } catch (error) {
    const { status, message } = error as { status?: number; message: string };
    if (status === 404)
      return [
        found(
          "repository-unknown",
          "the App is not installed there, or there is no such repository. Install it, or correct the name.",
        ),
      ];
    return [found("repository-silent", `it could not be looked at (${message.split("\n")[0]?.slice(0, 200)}).`)];
  }
}

async function look(client: Client, { owner, name }: RepositoryName): Promise<Seen | null> {
  const params = { owner, repo: name };
  const attempted = `Could not read the rules of ${owner}/${name}`;
  const { repository } = understood({ attempted, shape: OfDefault }, await client.graphql(ofDefault, { owner, name }));
  const { defaultBranchRef: main, workflows, ownersFirst, ownersNext, ownersLast } = repository;
  if (main === null) return null;
  const rulesOf = async (branch: string, page = 1): Promise<z.output<typeof Rules>> => {
    const route = "GET /repos/{owner}/{repo}/rules/branches/{branch}";
    const { data } = await client.request(route, { ...params, branch, per_page: perPage, page });
    const rules = understood({ attempted, shape: Rules }, data);
    return rules.length < perPage ? rules : [...rules, ...(await rulesOf(branch, page + 1))];
  };
  const [rules, loopRules, branch, texts] = await Promise.all([
    rulesOf(main.name),
    rulesOf(aLoopBranch),
    client.request("GET /repos/{owner}/{repo}/branches/{branch}", { ...params, branch: main.name }),
    Promise.all(
      (workflows?.entries ?? [])
        .filter(({ name: file, type }) => type === "blob" && /\.ya?ml$/.test(file))
        .map(async ({ name: file }) => [`.github/workflows/${file}`, await textOf(client, params, file)] as const),
    ),
  ]);
  const classic =
    understood({ attempted, shape: Branch }, branch.data).protection?.required_status_checks?.checks ?? [];
  const parametersOf = <Shape extends z.ZodType>(type: string, shape: Shape): z.output<Shape>[] =>
    rules.flatMap((rule) => (rule.type === type ? [understood({ attempted, shape }, rule.parameters)] : []));
  const reviews = parametersOf("pull_request", Reviews);
  const checks = parametersOf("required_status_checks", Required).flatMap((one) => one.required_status_checks);
  return {
    branch: main.name,
    loopRules,
    required: [
      ...checks.map(({ context, integration_id: app }) => ({ context, app: app ?? null })),
      ...classic.map(({ context, app_id: app }) => ({ context, app: app === null || app <= 0 ? null : app })),
    ],
    approvals: Math.max(
      main.refUpdateRule?.requiredApprovingReviewCount ?? 0,
      ...reviews.map((one) => one.required_approving_review_count),
    ),
    codeOwners:
      main.refUpdateRule?.requiresCodeOwnerReviews === true || reviews.some((one) => one.require_code_owner_review),
    allOwned: ownsAll((ownersFirst ?? ownersNext ?? ownersLast)?.text ?? ""),
    signatures:
      main.refUpdateRule?.requiresSignatures === true || rules.some(({ type }) => type === "required_signatures"),
    workflows: new Map(texts),
    environments: texts.some(([, text]) => text.includes("environment")) ? await environmentsOf(client, params) : null,
  };
}

/**
 * Whether CODEOWNERS names an owner for whatever is changed: the last pattern for all files counts. Of the places where it may be, the
 * first that has it counts: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
function ownsAll(text: string): boolean {
  const lines = text.split("\n").map((line) =>
    line
      .replace(/(?:^|\s)#.*$/, "")
      .trim()
      .split(/\s+/),
  );
  const last = lines.findLast(([pattern = ""]) => ["*", "**", "/**", "**/*", "/**/*"].includes(pattern));
  return last?.slice(1).some((owner) => owner.includes("@")) ?? false;
}

async function environmentsOf(client: Client, params: { owner: string; repo: string }): Promise<Seen["environments"]> {
  const attempted = `Could not read the environments of ${params.owner}/${params.repo}`;
  const found = new Map<string, Hold>();
  try {
    for (let page = 1, isMore = true; isMore; page++) {
      const route = "GET /repos/{owner}/{repo}/environments";
      const { data } = await client.request(route, { ...params, per_page: perPage, page });
      const { environments } = understood({ attempted, shape: Environments }, data);
      for (const one of environments) {
        const { name, protection_rules: rules = [], deployment_branch_policy: policy } = one;
        const branches =
          policy == null ? null : policy.custom_branch_policies ? await patternsOf(client, params, name) : [];
        found.set(name.toLowerCase(), { reviewers: rules.some(({ type }) => type === "required_reviewers"), branches });
      }
      isMore = environments.length === perPage;
    }
    return found;
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 403 || status === 404) return null; // without the permission `actions`
    throw error;
  }
}

/** Patterns of branches; those of tags are none of ours. */
async function patternsOf(client: Client, params: { owner: string; repo: string }, environment: string) {
  const route = "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies";
  const { data } = await client.request(route, { ...params, environment_name: environment, per_page: perPage });
  const attempted = `Could not read which branches ${environment} takes`;
  const { branch_policies: policies } = understood({ attempted, shape: Policies }, data);
  return policies.filter(({ type }) => type !== "tag").map(({ name }) => name);
}

/** One that is not there is made by the first job that names it, and holds nothing. What cannot be read is taken to hold. */
function isHeldBy(environments: Seen["environments"]) {
  return (name: string, event: "push" | "pull_request"): boolean => {
    if (environments === null) return true;
    const hold = environments.get(name.toLowerCase());
    if (hold === undefined || hold.reviewers) return hold !== undefined;
    // A job of a pull request runs on the ref that GitHub merges it to, and is taken where a pattern names that.
    const ref = event === "push" ? aLoopBranch : "refs/pull/1/merge";
    return hold.branches !== null && !hold.branches.some((one) => globProblem(one) !== null || globMatcher(one)(ref));
  };
}

async function textOf(client: Client, params: { owner: string; repo: string }, file: string): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/contents/{path}", {
    ...params,
    path: `.github/workflows/${file}`,
    mediaType: { format: "raw" },
  });
  return String(data);
}

/** Rules that GitHub turns every push of a loop down for, wherever they cover its branch. */
const declining = ["creation", "update", "pull_request", "required_status_checks", "branch_name_pattern"];

function judge(seen: Seen, appId: number): Found[] {
  const { branch, loopRules, required, approvals, codeOwners, allOwned, signatures, workflows } = seen;
  const ours = required.filter(({ context }) => context === verdict);
  const others = ours.filter(({ app }) => app !== null && app !== appId);
  const bars = loopRules
    .map(({ type }) => type)
    .filter((type) => declining.includes(type) || (type === "required_signatures" && !signatures));
  const found: (Found | false)[] = [
    ours.length === 0 && {
      name: "verdict-optional",
      text: `no rule of ${branch} requires the check \`${verdict}\`, so that a pull request can be merged while it is red. Require it, with this App as its source.`,
    },
    ours.length > 0 &&
      ours.every(({ app }) => app === null) && {
        name: "verdict-anyones",
        text: `the rule of ${branch} takes \`${verdict}\` from anybody: whoever may push can report it green. Choose this App as its source.`,
      },
    others.length > 0 && {
      name: "verdict-others",
      text: `the rule of ${branch} takes \`${verdict}\` from App ${others.map(({ app }) => app).join(", ")} only, and this is App ${appId}: nothing can ever be merged. Choose this App as its source.`,
    },
    approvals < 2 &&
      !(codeOwners && allOwned) && {
        name: "approval-alone",
        text: `rules of ${branch} ask for ${approvals === 0 ? "no approval" : "one approval"} and ${codeOwners ? "a code owner's, but CODEOWNERS names nobody for all files" : "no code owner's"}. The author of a loop's pull request is the App, so whoever set the label may approve and merge it at GitHub alone. Ask for two approvals, or for a code owner's, unless you mean it so.`,
      },
    bars.length > 0 && {
      name: "branch-barred",
      text: `rules over loops' branches (${[...new Set(bars)].sort().join(", ")}) turn their pushes down, unless the App is on the bypass list, which only administrators see. Leave \`loop/**\` out of the rules' target, or add the App there.`,
    },
  ];
  const shown = [...workflows].flatMap(([path, text]) =>
    judgeWorkflow(path, text, { branch: aLoopBranch, base: branch, isHeld: isHeldBy(seen.environments) }),
  );
  return [...found.filter((one) => one !== false), ...shown];
}

/** What a workflow hands to whatever an agent pushes. */
function judgeWorkflow(path: string, text: string, place: Parameters<typeof shownSecrets>[1]): Found[] {
  const { base } = place;
  const told = (jobs: readonly { readonly job: string; readonly event: string; readonly given: readonly string[] }[]) =>
    jobs.map(({ job, event, given }) => `job ${job} on ${event}: ${given.join(", ")}`).join("; ");
  const secrets = shownSecrets(text, place).map((one) => ({ ...one, given: one.secrets }));
  const tokens = writingTokens(text, place).map((one) => ({ ...one, given: one.writes }));
  const targets = targetCheckouts(text, place);
  const found: (Found | false)[] = [
    secrets.length > 0 && {
      name: "workflow-secrets",
      text: `${path} gives secrets to what an agent wrote, once it is pushed (${told(secrets)}). Leave them out there, or put the job behind an environment that a person releases.`,
    },
    tokens.length > 0 && {
      name: "workflow-token",
      text: `${path} gives what an agent wrote a token that writes, once it is pushed (${told(tokens)}). Let the job read only, and write in another one that runs nothing of the branch, or on ${base} alone.`,
    },
    targets.length > 0 && {
      name: "workflow-target",
      text: `${path} runs on \`pull_request_target\` with the secrets of ${base}, and takes out what the pull request holds (${targets.map((job) => `job ${job}`).join(", ")}). Use \`pull_request\` where its code is run.`,
    },
  ];
  return found.filter((one) => one !== false);
}
