// Repositories as GitHub shows them.
import { type Core, fullName } from "../core.ts";
import type { Access, Repository } from "../model.ts";
import { instant, repoUrl, repoWeb } from "./url.ts";
import { userShape } from "./user.ts";

const links = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

/** A repository inside another object. */
export function minimalRepositoryShape(core: Core, repository: Repository) {
  const url = repoUrl(core, repository);
  const html = repoWeb(core, repository);
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: userShape(core, repository.owner),
    html_url: html,
    description: repository.description,
    fork: repository.parent !== null,
    url,
    ...(Object.fromEntries(Object.entries(links).map(([name, path]) => [name, `${url}${path}`])) as Record<
      keyof typeof links,
      string
    >),
  };
}

/** The whole repository, as webhooks carry it. */
export function repositoryShape(core: Core, repository: Repository) {
  const html = repoWeb(core, repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  return {
    ...minimalRepositoryShape(core, repository),
    created_at: instant(repository.createdAt),
    updated_at: instant(repository.updatedAt),
    pushed_at: instant(repository.pushedAt),
    git_url: `${html.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(html).hostname}:${fullName(repository)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    ...counts(open),
    homepage: null,
    language: null,
    license: null,
    mirror_url: null,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    is_template: false,
    archived: repository.archived,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: repository.settings.webCommitSignoff,
    custom_properties: {},
    visibility: repository.private ? "private" : "public",
    default_branch: repository.defaultBranch,
  };
}

/**
 * The repository asked for by name, with what the asker may do there. How it merges is shown to whoever may write contents:
 * https://github.com/integrations/terraform-provider-github/pull/1727
 */
export function fullRepositoryShape(core: Core, repository: Repository, access: Access) {
  const ladder: readonly Access[] = ["none", "read", "triage", "write", "maintain", "admin"];
  const may = (wanted: Access) => ladder.indexOf(access) >= ladder.indexOf(wanted);
  return {
    ...repositoryShape(core, repository),
    permissions: {
      admin: may("admin"),
      maintain: may("maintain"),
      push: may("write"),
      triage: may("triage"),
      pull: may("read"),
    },
    temp_clone_token: "",
    ...(may("write") ? mergeSettings(repository) : {}),
    ...(repository.owner.type === "Organization" ? { organization: userShape(core, repository.owner) } : {}),
    network_count: 0,
    subscribers_count: 0,
  };
}

function mergeSettings({ settings }: Repository) {
  return {
    allow_squash_merge: settings.squashMerges,
    allow_merge_commit: settings.mergeCommits,
    allow_rebase_merge: settings.rebaseMerges,
    allow_auto_merge: settings.autoMerge,
    allow_update_branch: false,
    use_squash_pr_title_as_default: false,
    delete_branch_on_merge: false,
  };
}

function counts(open: number) {
  return {
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    forks_count: 0,
    forks: 0,
    open_issues_count: open,
    open_issues: open,
  };
}
