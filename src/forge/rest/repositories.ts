// Repositories, collaborators, branches and the rules on them.
import { Hono } from "hono";
import { pushRulesOver } from "../actions/push-rules.ts";
import { type ForgeContext, type ForgeEnv, maySee } from "../caller.ts";
import { accessOf, findRepository, findUser } from "../core.ts";
import { knowCommit } from "../git/known.ts";
import { listRefs } from "../git/refs.ts";
import { pageOf } from "../http/answer.ts";
import type { Access, PushRule, Repository, User } from "../model.ts";
import { notFound, Refusal } from "../refusal.ts";
import { commitShape } from "../shapes/commit.ts";
import { fullRepositoryShape } from "../shapes/repository.ts";
import { repoUrl } from "../shapes/url.ts";
import { userShape } from "../shapes/user.ts";
import type { World } from "../world.ts";
import { metadata, repositoryIn, restOfPath } from "./scope.ts";

const base = "/repos/:owner/:repo";

export function repositories(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(base, (c) =>
    c.json(fullRepositoryShape(world, repositoryIn({ world, c }, metadata), accessHere(world, c))),
  );
  routes.get("/repositories/:id", (c) => {
    const repository = world.repositories.get(Number(c.req.param("id")));
    if (!repository || !maySee(c.var.caller, repository)) throw notFound();
    return c.json(fullRepositoryShape(world, repository, accessHere(world, c, repository)));
  });
  return routes.route("/", collaborators(world)).route("/", branches(world));
}

function accessHere(world: World, c: ForgeContext, known?: Repository): Access {
  const { caller } = c.var;
  const repository = known ?? findRepository(world, c.req.param("owner") ?? "", c.req.param("repo") ?? "");
  if (caller.kind === "person" && repository) return accessOf(caller.actor.user, repository);
  return caller.kind === "installation" && caller.token.permissions.contents === "write" ? "write" : "read";
}

function collaborators(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/collaborators`, (c) => {
    const repository = repositoryIn({ world, c }, metadata);
    return c.json(
      pageOf(c, [...repository.collaborators]).map(([user, access]) => ({
        ...userShape(world, user),
        ...roleOf(access),
      })),
    );
  });
  routes.get(`${base}/collaborators/:login`, (c) => {
    const repository = repositoryIn({ world, c }, metadata);
    const user = findUser(world, c.req.param("login"));
    if (!user || !(user === repository.owner || repository.collaborators.has(user))) throw notFound();
    return c.body(null, 204);
  });
  routes.get(`${base}/collaborators/:login/permission`, (c) => {
    const repository = repositoryIn({ world, c }, metadata);
    const user = findUser(world, c.req.param("login"));
    if (!user) throw new Refusal(404, `${c.req.param("login")} is not a user`);
    return c.json(permissionShape(world, repository, user));
  });
  return routes;
}

/** GitHub's older `permission` knows four levels; `role_name` has all. */
function permissionShape(world: World, repository: Repository, user: User) {
  const access = accessOf(user, repository);
  const older: Record<Access, string> = {
    none: "none",
    read: "read",
    triage: "read",
    write: "write",
    maintain: "write",
    admin: "admin",
  };
  return { permission: older[access], role_name: access, user: { ...userShape(world, user), ...roleOf(access) } };
}

function roleOf(access: Access) {
  const ladder: readonly Access[] = ["none", "read", "triage", "write", "maintain", "admin"];
  const may = (wanted: Access) => ladder.indexOf(access) >= ladder.indexOf(wanted);
  return {
    permissions: {
      admin: may("admin"),
      maintain: may("maintain"),
      push: may("write"),
      triage: may("triage"),
      pull: may("read"),
    },
    role_name: access,
  };
}

function branches(world: World): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get(`${base}/branches`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const heads = [...(await listRefs(repository.gitDir))].filter(([ref]) => ref.startsWith("refs/heads/"));
    const list = heads.map(([ref, sha]) => branchShape(world, repository, ref.slice("refs/heads/".length), sha));
    return c.json(pageOf(c, list));
  });
  routes.get(`${base}/branches/:branch{.+}`, async (c) => {
    const repository = repositoryIn({ world, c }, [["contents"], "read"]);
    const name = restOfPath(c, /\/branches\//);
    const sha = (await listRefs(repository.gitDir)).get(`refs/heads/${name}`);
    const now = repository.formerBranches.get(name);
    if (!sha && now)
      return c.json({ message: "Moved Permanently", url: repoUrl(world, repository, `/branches/${now}`) }, 301, {
        location: repoUrl(world, repository, `/branches/${now}`),
      });
    if (!sha) throw new Refusal(404, "Branch not found");
    const commit = commitShape(world, repository, await knowCommit(repository, sha));
    const self = repoUrl(world, repository, `/branches/${name}`);
    const protectionUrl = `${self}/protection`;
    return c.json({
      ...branchShape(world, repository, name, sha),
      commit,
      _links: { self, html: `${world.origin}/${repository.owner.login}/${repository.name}/tree/${name}` },
      protection_url: protectionUrl,
    });
  });
  routes.get(`${base}/rules/branches/:branch{.+}`, (c) => {
    const repository = repositoryIn({ world, c }, metadata);
    const branch = restOfPath(c, /\/rules\/branches\//);
    return c.json(pageOf(c, [...rulesOf(repository, branch), ...pushRulesOf(repository, branch)]));
  });
  return routes;
}

function branchShape(world: World, repository: Repository, name: string, sha: string) {
  const found = repository.rules.get(name);
  const rule = found?.classic === true ? found : undefined;
  const contexts = rule?.requiredChecks.map((check) => check.context) ?? [];
  const checks = rule?.requiredChecks.map((check) => ({ context: check.context, app_id: check.appId })) ?? [];
  return {
    name,
    commit: { sha, url: repoUrl(world, repository, `/commits/${sha}`) },
    protected: found !== undefined,
    protection: {
      enabled: rule !== undefined,
      required_status_checks: { enforcement_level: rule ? "non_admins" : "off", contexts, checks },
    },
    protection_url: repoUrl(world, repository, `/branches/${name}/protection`),
  };
}

const queueParameters = {
  check_response_timeout_minutes: 60,
  grouping_strategy: "ALLGREEN",
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: "MERGE",
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
};

const typesOfPushRules: Readonly<Record<PushRule["kind"], string>> = {
  creation: "creation",
  update: "update",
  linear: "required_linear_history",
  pull_request: "pull_request",
  check: "required_status_checks",
  message: "commit_message_pattern",
  author_email: "commit_author_email_pattern",
  path: "file_path_restriction",
  file_size: "max_file_size",
};

/** Those whose target the branch is among, whether it is there or not. */
function pushRulesOf(repository: Repository, branch: string): Record<string, unknown>[] {
  const covering = pushRulesOver(repository, `refs/heads/${branch}`);
  return covering.map(({ kind, asks = "" }) => ({
    type: typesOfPushRules[kind],
    ruleset_source_type: "Repository",
    ruleset_source: `${repository.owner.login}/${repository.name}`,
    ruleset_id: repository.id,
    ...(kind === "check"
      ? { parameters: { required_status_checks: [{ context: asks }], strict_required_status_checks_policy: false } }
      : {}),
    ...(kind === "pull_request"
      ? { parameters: { required_approving_review_count: 0, require_code_owner_review: false } }
      : {}),
  }));
}

/** The rules of a branch in the form of rulesets. */
function rulesOf(repository: Repository, branch: string): Record<string, unknown>[] {
  const rule = repository.rules.get(branch);
  if (!rule || rule.classic === true) return [];
  const source = {
    ruleset_source_type: "Repository",
    ruleset_source: `${repository.owner.login}/${repository.name}`,
    ruleset_id: repository.id,
  };
  const required = rule.requiredChecks.map((check) => ({
    context: check.context,
    ...(check.appId === null ? {} : { integration_id: check.appId }),
  }));
  const reviews = {
    dismiss_stale_reviews_on_push: rule.dismissStale ?? false,
    require_code_owner_review: rule.codeOwners ?? false,
    require_last_push_approval: rule.lastPushApproval ?? false,
    required_approving_review_count: rule.requiredApprovals,
    required_review_thread_resolution: rule.resolvedThreads ?? false,
  };
  return [
    ...(rule.allowForcePushes
      ? []
      : [
          { type: "non_fast_forward", ...source },
          { type: "deletion", ...source },
        ]),
    ...(rule.restrictPushes
      ? [{ type: "update", ...source, parameters: { update_allows_fetch_and_merge: false } }]
      : []),
    ...(required.length > 0
      ? [
          {
            type: "required_status_checks",
            ...source,
            parameters: {
              required_status_checks: required,
              strict_required_status_checks_policy: rule.upToDate ?? false,
            },
          },
        ]
      : []),
    ...(rule.linearHistory ? [{ type: "required_linear_history", ...source }] : []),
    ...(rule.signatures ? [{ type: "required_signatures", ...source }] : []),
    ...(rule.mergeQueue ? [{ type: "merge_queue", ...source, parameters: queueParameters }] : []),
    ...(rule.requiredApprovals > 0 ||
    rule.dismissStale ||
    rule.resolvedThreads ||
    rule.codeOwners ||
    rule.lastPushApproval
      ? [{ type: "pull_request", ...source, parameters: reviews }]
      : []),
  ];
}
