// What every page is drawn from: the world, who looks, and when.
import type { html } from "hono/html";
import { findUser, fullName } from "../core.ts";
import type { Actor, Repository, User } from "../model.ts";
import type { World } from "../world.ts";
import type { MarkdownContext } from "./markdown.ts";

/** A piece of escaped HTML, perhaps still being drawn. */
export type Html = ReturnType<typeof html>;

export interface View {
  readonly world: World;
  /** The person chosen in the bar on top, or null for a passer-by. */
  readonly viewer: User | null;
  /** Path and query of the page, or of the page a form was sent from: the way back. */
  readonly path: string;
  /** The one script tag that the content security policy lets run. */
  readonly nonce: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The viewer as one who acts; the pages act for people only. */
export const asActor = (viewer: User): Actor => ({ user: viewer, app: null });

export const pathOf = (repository: Repository) => `/${fullName(repository)}`;

export const shortSha = (sha: string) => sha.slice(0, 7);

/** How Markdown in a repository's threads is read; give `base` for files, whose relative links start there. */
export function markdownContext(view: View, repository: Repository, base?: string): MarkdownContext {
  const { world } = view;
  return {
    origin: world.origin,
    isLogin: (login) => (findUser(world, login) ?? findUser(world, `${login}[bot]`)) !== undefined,
    pathOfNumber: (n) => {
      const issue = repository.issues.get(n);
      return issue && `${pathOf(repository)}/${issue.pull ? "pull" : "issues"}/${n}`;
    },
    lineBreaks: base === undefined,
    ...(base === undefined ? {} : { base }),
  };
}
