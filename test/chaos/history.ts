// What a repository of the forge went through, as plain data in order: the only thing the checker reads.
import type { Forge } from "../../src/forge/forge.ts";
import type { Repository } from "../../src/forge/model.ts";

/** One thing that happened, told by the forge the moment it happened; its place in the list is its time. */
export type Happening =
  | {
      readonly kind: "comment";
      readonly action: "created" | "edited" | "deleted";
      readonly issue: number;
      readonly comment: number;
      readonly author: string;
      readonly by: string;
      readonly body: string;
    }
  | {
      readonly kind: "label";
      readonly issue: number;
      readonly label: string;
      readonly set: boolean;
      readonly by: string;
    }
  | {
      readonly kind: "branch";
      readonly branch: string;
      readonly before: string;
      readonly after: string;
      readonly forward: boolean;
      readonly by: string;
    }
  | {
      readonly kind: "pull";
      readonly action: string;
      readonly pull: number;
      readonly branch: string;
      readonly head: string;
      readonly merged: boolean;
      readonly by: string;
    }
  | {
      readonly kind: "review";
      readonly pull: number;
      readonly state: string;
      readonly head: string;
      readonly by: string;
    }
  | {
      readonly kind: "check";
      readonly id: number;
      readonly name: string;
      readonly head: string;
      readonly externalId: string;
      readonly conclusion: string | null;
      readonly by: string;
    };

/** A repository's history and how it stands now. */
export interface History {
  readonly repositoryId: number;
  readonly name: string;
  /** The login under which the App acts. */
  readonly bot: string;
  readonly happenings: readonly Happening[];
  readonly issues: readonly IssueNow[];
  readonly pulls: readonly PullNow[];
  readonly checks: readonly CheckNow[];
  /** Branch → commit, as they are now. */
  readonly branches: Readonly<Record<string, string>>;
}

export interface IssueNow {
  readonly number: number;
  readonly labels: readonly string[];
  readonly comments: readonly { readonly id: number; readonly author: string; readonly body: string }[];
}

export interface PullNow {
  readonly number: number;
  readonly branch: string;
  readonly head: string;
  readonly draft: boolean;
  readonly merged: boolean;
}

export interface CheckNow {
  readonly name: string;
  readonly head: string;
  readonly externalId: string;
  readonly conclusion: string | null;
  readonly by: string;
}

export interface Recorder {
  /** Calls for each happening, before whoever caused it is answered. */
  onHappening(listener: (happening: Happening, repository: Repository) => void): void;
  history(repository: Repository, branches: Readonly<Record<string, string>>): History;
}

/** Writes down from now on what happens on the forge. */
export function recordHistory(forge: Forge): Recorder {
  const told = new Map<Repository, Happening[]>();
  const listeners: ((happening: Happening, repository: Repository) => void)[] = [];
  forge.world.listen(({ event, action, actor, repository, body }) => {
    if (repository === null) return;
    const happening = happeningOf(event, action, actor.user.login, body);
    if (happening === null) return;
    told.set(repository, [...(told.get(repository) ?? []), happening]);
    for (const listener of listeners) listener(happening, repository);
  });
  return {
    onHappening: (listener) => void listeners.push(listener),
    history: (repository, branches) => ({
      repositoryId: repository.id,
      name: `${repository.owner.login}/${repository.name}`,
      bot: `${forge.app.slug}[bot]`,
      happenings: told.get(repository) ?? [],
      ...standing(repository),
      branches,
    }),
  };
}

function standing(repository: Repository): Pick<History, "issues" | "pulls" | "checks"> {
  const all = [...repository.issues.values()];
  return {
    issues: all
      .filter(({ pull }) => pull === null)
      .map(({ number, labels, comments }) => ({
        number,
        labels: labels.map(({ name }) => name),
        comments: comments.map(({ id, user, body }) => ({ id, author: user.login, body })),
      })),
    pulls: all.flatMap(({ number, pull }) =>
      pull === null
        ? []
        : [{ number, branch: pull.head.ref, head: pull.head.sha, draft: pull.draft, merged: pull.merged }],
    ),
    checks: repository.runs.map(({ name, headSha, externalId, conclusion, app }) => ({
      name,
      head: headSha,
      externalId,
      conclusion,
      by: app.bot.login,
    })),
  };
}

interface Told {
  readonly issue: { readonly number: number };
  readonly comment: { readonly id: number; readonly body: string; readonly user: { readonly login: string } };
  readonly label: { readonly name: string };
  readonly pull_request: {
    readonly number: number;
    readonly merged?: boolean;
    readonly head: { readonly ref: string; readonly sha: string };
  };
  readonly review: { readonly state: string; readonly commit_id: string };
  readonly check_run: {
    readonly id: number;
    readonly name: string;
    readonly head_sha: string;
    readonly external_id: string;
    readonly conclusion: string | null;
  };
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
}

/** The forge's own webhook bodies, in which each event has its subject. */
function happeningOf(event: string, action: string | null, by: string, body: object): Happening | null {
  const told = body as Told;
  switch (`${event} ${action ?? ""}`.trim()) {
    case "issue_comment created":
    case "issue_comment edited":
    case "issue_comment deleted": {
      const { id, body: text, user } = told.comment;
      const what = action as "created" | "edited" | "deleted";
      return {
        kind: "comment",
        action: what,
        issue: told.issue.number,
        comment: id,
        author: user.login,
        by,
        body: text,
      };
    }
    case "issues labeled":
    case "issues unlabeled":
      return { kind: "label", issue: told.issue.number, label: told.label.name, set: action === "labeled", by };
    case "push": {
      const { ref, before, after, forced } = told;
      return { kind: "branch", branch: ref.replace("refs/heads/", ""), before, after, forward: !forced, by };
    }
    case "check_run completed": {
      const { id, name, head_sha: head, external_id: externalId, conclusion } = told.check_run;
      return { kind: "check", id, name, head, externalId, conclusion, by };
    }
    case "pull_request_review submitted":
      return {
        kind: "review",
        pull: told.pull_request.number,
        state: told.review.state,
        head: told.review.commit_id,
        by,
      };
    default:
      return event === "pull_request" ? pullHappening(action ?? "", by, told) : null;
  }
}

function pullHappening(action: string, by: string, { pull_request: pull }: Told): Happening {
  const { number, head, merged } = pull;
  return { kind: "pull", action, pull: number, branch: head.ref, head: head.sha, merged: merged ?? false, by };
}
