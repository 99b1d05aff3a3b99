// Users, and the standing of a user in a repository, as GitHub shows them.
import { type Core, ghost } from "../core.ts";
import type { Repository, User } from "../model.ts";
import { apiUrl, instant, webUrl } from "./url.ts";

/** A user inside another object; a deleted one is `ghost`. */
export function userShape(core: Core, given: User) {
  const user = given.deleted ? ghost : given;
  const url = apiUrl(core, `/users/${encodeURIComponent(user.login)}`);
  const page = user.type === "Bot" ? `/apps/${user.login.replace("[bot]", "")}` : `/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    avatar_url: webUrl(core, `/avatars/${user.id}`),
    gravatar_id: "",
    url,
    html_url: webUrl(core, page),
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** An organisation where GitHub shows one as such, and not as an account among others. */
export function organizationShape(core: Core, { login, id, nodeId, name }: User) {
  const url = apiUrl(core, `/orgs/${encodeURIComponent(login)}`);
  return {
    login,
    id,
    node_id: nodeId,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: webUrl(core, `/avatars/${id}`),
    description: name,
  };
}

/** A user asked for by name. */
export function fullUserShape(core: Core, user: User) {
  const unknown = { company: null, blog: "", location: null, hireable: null, bio: null, twitter_username: null };
  return {
    ...userShape(core, user),
    name: user.name,
    email: null,
    ...unknown,
    public_repos: [...core.repositories.values()].filter((one) => one.owner === user && !one.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: instant(user.createdAt),
    updated_at: instant(user.createdAt),
  };
}

/** Where GitHub shows nobody in place of a deleted account: the author of a review or of a comment on a line. */
export const userOrNobody = (core: Core, user: User) => (user.deleted ? null : userShape(core, user));

/**
 * What GitHub tells of a person's standing. A private member of the organisation is told as whoever else has, or has
 * not, contributed, whatever access they have: https://github.com/orgs/community/discussions/18690
 */
export function association(user: User, repository: Repository): Association {
  if (user === repository.owner) return "OWNER";
  const membership = repository.owner.members.get(user);
  if (membership === "public") return "MEMBER";
  if (membership === undefined && repository.collaborators.has(user)) return "COLLABORATOR";
  const contributed = [...repository.issues.values()].some((issue) => issue.user === user && issue.pull?.merged);
  return contributed ? "CONTRIBUTOR" : "NONE";
}

type Association = "OWNER" | "MEMBER" | "COLLABORATOR" | "CONTRIBUTOR" | "NONE";
