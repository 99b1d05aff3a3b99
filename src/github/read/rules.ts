// Which checks the rules of the base branch require, and from which App.
import { z } from "zod";
import type { ExpectedCheck } from "../../verify/facts.ts";
import { type Connection, call, type Repository, unlessGone } from "../client/client.ts";

/** Of the Ref that a pull request goes to: the rules of rulesets, and what a non-admin may see of classic protection. */
export const ruleFields = `
  refUpdateRule { requiredStatusCheckContexts }
  rules(first: 100) {
    nodes { parameters { ... on RequiredStatusChecksParameters { strictRequiredStatusChecksPolicy requiredStatusChecks { context integrationId } } } }
  }`;

const Parameters = z.object({
  strictRequiredStatusChecksPolicy: z.boolean().optional(),
  requiredStatusChecks: z.array(z.object({ context: z.string(), integrationId: z.number().nullish() })).optional(),
});

/** What `ruleFields` asks for; absent where it was not asked. */
export const BranchRules = z.object({
  refUpdateRule: z.object({ requiredStatusCheckContexts: z.array(z.string().nullable()).nullable() }).nullish(),
  rules: z.object({ nodes: z.array(z.object({ parameters: Parameters.nullable() }).nullable()).nullable() }).nullish(),
});

/** Whether a ruleset takes only a head that contains the branch; of classic protection only administrators see that. */
export function wantsUpToDate({ rules }: z.infer<typeof BranchRules>): boolean {
  return (rules?.nodes ?? []).some((node) => node?.parameters?.strictRequiredStatusChecksPolicy === true);
}

/** Of a branch: whether classic protection or a ruleset takes signed commits only. */
export const signatureFields = "refUpdateRule { requiresSignatures } rules(first: 100) { nodes { type } }";

/** What `signatureFields` asks for; absent where it was not asked. */
export const SignatureRules = z.object({
  refUpdateRule: z.object({ requiresSignatures: z.boolean() }).nullish(),
  rules: z.object({ nodes: z.array(z.object({ type: z.string() }).nullable()).nullable() }).nullish(),
});

export function takesSignedOnly({ refUpdateRule, rules }: z.infer<typeof SignatureRules>): boolean {
  if (refUpdateRule?.requiresSignatures === true) return true;
  return (rules?.nodes ?? []).some((rule) => rule?.type === "REQUIRED_SIGNATURES");
}

/** An App that was looked up is not looked up again within the hour. */
const keptMs = 3_600_000;

const Protection = z.object({
  protection: z
    .object({
      required_status_checks: z
        .object({ checks: z.array(z.object({ context: z.string(), app_id: z.number().nullable() })).optional() })
        .optional(),
    })
    .optional(),
});

/**
 * By rulesets and classic protection. No request where only rulesets ask; else one in an hour, since GraphQL names the
 * checks of classic protection without their Apps. Throws `Fault`.
 */
export async function expectedChecks(
  connection: Connection,
  repository: Repository,
  branch: string,
  { refUpdateRule, rules }: z.infer<typeof BranchRules>,
): Promise<ExpectedCheck[]> {
  const ofRulesets = (rules?.nodes ?? []).flatMap((node) => node?.parameters?.requiredStatusChecks ?? []);
  const found = ofRulesets.map(({ context, integrationId }) => ({ name: context, app: appId(integrationId) }));
  const classic = (refUpdateRule?.requiredStatusCheckContexts ?? []).filter((name) => name !== null);
  if (classic.length === 0) return found;
  const apps = await classicApps(connection, repository, branch, classic);
  return [...found, ...classic.map((name) => ({ name, app: apps[name] ?? null }))];
}

/** In GitHub's older answers -1 stands for any App, as it does where rules are set. */
function appId(id: number | null | undefined): number | null {
  return id === undefined || id === null || id <= 0 ? null : id;
}

/** https://docs.github.com/rest/branches/branches#get-a-branch, which needs no admin access. */
async function classicApps(
  connection: Connection,
  repository: Repository,
  branch: string,
  names: readonly string[],
): Promise<Record<string, number | null>> {
  const key = `${repository.repositoryId}/protection/${JSON.stringify([branch, names])}`;
  return kept(connection, key, async () => {
    const { owner, name: repo } = repository;
    const attempted = `Could not read the protection of ${branch} in ${owner}/${repo}`;
    const asked = call(connection, repository, { attempted, shape: Protection }, (client) =>
      client.request("GET /repos/{owner}/{repo}/branches/{branch}", { owner, repo, branch }),
    );
    const checks = (await unlessGone(asked))?.protection?.required_status_checks?.checks ?? [];
    return Object.fromEntries(checks.map(({ context, app_id }) => [context, appId(app_id)]));
  });
}

/** The id of the App behind a bot, so that its commit status can be held against a rule; null where nobody knows it. */
export function appOfBot(connection: Connection, repository: Repository, login: string): Promise<number | null> {
  const slug = login.replace(/\[bot\]$/, "");
  return kept(connection, `app/${slug}`, async () => {
    const attempted = `Could not look up the App ${slug}`;
    const shape = z.object({ id: z.number() });
    const asked = call(connection, repository, { attempted, shape }, (client) =>
      client.request("GET /apps/{app_slug}", { app_slug: slug }),
    );
    return (await unlessGone(asked))?.id ?? null;
  });
}

async function kept<T>({ nodes, now }: Connection, key: string, read: () => Promise<T>): Promise<T> {
  const known = nodes.get(key);
  const held = known === undefined ? null : (JSON.parse(known) as { at: number; found: T });
  if (held !== null && now() < held.at + keptMs) return held.found;
  const found = await read();
  nodes.keep(key, JSON.stringify({ at: now(), found }));
  return found;
}
