// The log of every request the forge answered, for counting them by kind.
import type { Caller } from "../caller.ts";

export interface RequestEntry {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The pattern of the route, such as `/repos/:owner/:repo`; empty when none matched. */
  readonly route: string;
  /** What to count it as: `GET /repos/:owner/:repo`, `graphql Gate`, `git fetch`, `git push`, `mint token`, `revoke token`. */
  readonly kind: string;
  /** `git` and `token` requests are no API requests in the sense of design.md §10. */
  readonly group: "rest" | "graphql" | "git" | "token";
  readonly caller: CallerNote;
  readonly status: number;
}

/** Who asked, without the secret. */
export type CallerNote =
  | { kind: "anonymous" }
  | { kind: "app"; slug: string }
  | { kind: "person"; login: string }
  | {
      kind: "installation";
      slug: string;
      permissions: Readonly<Record<string, string>>;
      repositoryIds: readonly number[] | null;
    };

export function noteOf(caller: Caller | undefined): CallerNote {
  if (!caller || caller.kind === "anonymous") return { kind: "anonymous" };
  if (caller.kind === "app") return { kind: "app", slug: caller.app.slug };
  if (caller.kind === "person") return { kind: "person", login: caller.actor.user.login };
  const { actor, token } = caller;
  const repositoryIds = token.repositoryIds && [...token.repositoryIds];
  return { kind: "installation", slug: actor.app?.slug ?? "", permissions: token.permissions, repositoryIds };
}

/** The API requests that Apps made, by kind: what design.md §10 counts. */
export function countByKind(entries: readonly RequestEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, group, caller } of entries) {
    if (group === "git" || group === "token" || caller.kind === "person") continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
