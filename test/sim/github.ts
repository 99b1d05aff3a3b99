// GitHub as one life of the App reaches it: reads that may be stale, writes that look first when they are told to.

import { Fault } from "../../src/base/fault.ts";
import type { CheckRunDraft, ClaimRead, GitHubPort, SignedOutcome, SignedPush } from "../../src/engine/ports.ts";
import type { Pacer } from "../../src/github/client/pacer.ts";
import { parseCommand } from "../../src/github/deliveries/command.ts";
import { anyStatusMarker } from "../../src/record/markers.ts";
import type { CiFacts, PullFacts, PushedFacts, VerdictFacts } from "../../src/verify/facts.ts";
import type { Boundary } from "./boundary.ts";
import { personOf, readThread, repositoryRef, survey } from "./looks.ts";
import { app, type Check, type Commit, type Issue, nameOf, type Pull, people, repository, writers } from "./model.ts";
import { mainBranch, type World } from "./world.ts";

export interface GitHubParts {
  readonly world: World;
  readonly boundary: Boundary;
  readonly now: () => number; // of the world
  /** How far behind the replica is that answers this read, in milliseconds. */
  readonly lag: () => number;
  /** Told of each write before it is done, with the body where there is one. */
  readonly onWrite: (write: Write) => void;
  /** Whether the base takes signed commits only. */
  readonly signed: boolean;
  /** Whether the base has a merge queue. */
  readonly queues: boolean;
  /** Told of every request when it is sent. */
  readonly onRequest: (name: string) => void;
  /** Told when the gate is read, as it was at that moment, which a replica may be behind. */
  readonly onGateRead: (pull: number, at: number) => void;
  /** Told of a merge when it is sent. */
  readonly onMerge: (pull: number, head: string) => void;
  readonly onLimit: (until: number) => void;
  readonly clock: () => number; // the engine's
  readonly pacer: Pacer;
  /** Sends failed deliveries again and says how many. */
  readonly redeliver: () => number;
  /** Whether GitHub declines this write for good: a ruleset, a limit of the issue. */
  readonly declines: (name: string) => boolean;
}

export type Write =
  | { readonly type: "comment"; readonly issue: number; readonly body: string; readonly marker: string }
  | { readonly type: "edit"; readonly issue: number; readonly comment: number; readonly body: string }
  | {
      readonly type: "labels";
      readonly issue: number;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  | { readonly type: "react"; readonly issue: number }
  | { readonly type: "pull"; readonly issue: number; readonly branch: string; readonly base: string }
  | { readonly type: "signed"; readonly issue: number; readonly branch: string; readonly head: string }
  | { readonly type: "ready"; readonly pull: number }
  | { readonly type: "body"; readonly pull: number; readonly body: string }
  | { readonly type: "reviewers"; readonly pull: number }
  | { readonly type: "check"; readonly check: CheckRunDraft }
  | { readonly type: "merge"; readonly pull: number; readonly head: string }
  | { readonly type: "leave"; readonly pull: number };

export function simulatedGitHub(parts: GitHubParts): GitHubPort {
  const { world, boundary } = parts;
  const { madeOf } = world;
  const seen = () => parts.now() - parts.lag();

  /** One request. What GitHub asked us to wait with is not sent, as in the adapter: by the same pacer. */
  async function send<T>(name: string, act: () => T): Promise<T> {
    const blocked = parts.pacer.blockedUntil(repository.installationId, parts.clock());
    if (blocked !== null)
      throw new Fault(`${name} has to wait.`, { kind: "rate_limited", retry: "later", retryAt: blocked });
    if (boundary.alive) parts.onRequest(name);
    try {
      return await boundary.remote("github", `github.${name}`, act);
    } catch (error) {
      if (error instanceof Fault && error.retryAt !== undefined) {
        parts.pacer.waitUntil(repository.installationId, error.retryAt);
        parts.onLimit(error.retryAt);
      }
      throw error;
    }
  }

  function write<T>(name: string, what: Write, act: () => T): T {
    if (parts.declines(name)) throw new Fault(`Could not ${name}: declined.`, { kind: "refused", retry: "never" });
    parts.onWrite(what);
    return act();
  }

  function issueOf(number: number, at: number): Issue {
    const found = world.issues.get(number)?.asOf(at) ?? null;
    if (found === null) throw missing(`issue ${number}`);
    return found;
  }

  /** A commit is another one each time it is made, as at GitHub, where it bears the time. */
  function publishSigned({ branch, expected, commits }: SignedPush): SignedOutcome {
    const now = world.branches.get(branch)?.value ?? null;
    const [commit] = commits;
    if (now !== expected) {
      const isOurs = now !== null && commit !== undefined && madeOf.get(now) === commit.sha;
      return isOurs ? { status: "pushed", head: now } : { status: "moved", head: now };
    }
    if (commit === undefined) return { status: "pushed", head: expected ?? "" };
    if (parts.declines("push")) return { status: "refused", message: "a ruleset declined the commit" };
    const { sha: plain, ...draft } = world.commits.get(commit.sha)!;
    const { sha } = world.commit({ ...draft, parent: commit.parents[0] ?? null });
    madeOf.set(sha, plain);
    parts.onWrite({ type: "signed", issue: Number(/^loop\/(\d+)-/.exec(branch)?.[1]), branch, head: plain });
    world.push(branch, sha, app);
    return { status: "pushed", head: sha };
  }

  return {
    limitsLeft: (installationId) => parts.pacer.left(installationId, parts.clock()),
    permission: (_repository, person) =>
      send("permission", () => world.permissions.asOf(seen())?.[nameOf(person)] ?? "none"),
    readClaim: (issue) =>
      send("readClaim", () => ({
        ...claimRead(world, issueOf(issue.number, seen()), seen()),
        ...(parts.signed ? { signed: true as const } : {}),
      })),
    openPulls: async () => [], // nor a most of them
    readSchedules: async (repository) => ({ repository, base: null, policy: null, policyFault: null }), // nor schedules
    readOwnIssues: async () => [],
    readAnswers: async () => new Map(),
    openIssue: () => Promise.reject(new Error("no policy here opens issues")),
    readNewRepository: () => Promise.reject(new Error("no repository here is new to the App")),
    makeLabels: () => Promise.reject(new Error("no repository here is new to the App")),
    proposeFile: () => Promise.reject(new Error("no repository here is new to the App")),
    readFiles: async () => new Map(), // policies here name no file
    readBase: (_repository, branch) =>
      send("readBase", () => {
        const sha = world.branches.get(branch)?.asOf(seen()) ?? null;
        return sha === null ? null : { base: { branch, sha }, ...(parts.signed ? { signed: true as const } : {}) };
      }),
    createComment: (issue, body, marker, retrying) =>
      send("createComment", () => {
        const mine = retrying ? findOurs(world, issue.number, marker) : undefined;
        if (mine !== undefined) return mine;
        const { number } = issue;
        return write("createComment", { type: "comment", issue: number, body, marker }, () =>
          world.comment(number, body, app),
        );
      }),
    editComment: (issue, comment, body) =>
      send("editComment", () => {
        const { number } = issue;
        if (!issueOf(number, parts.now()).comments.some((one) => one.id === comment)) return false;
        return write("editComment", { type: "edit", issue: number, comment, body }, () =>
          world.editComment(number, comment, body, app),
        );
      }),
    reactToReview: () => send("reactToReview", () => {}),
    react: (issue) => send("react", () => parts.onWrite({ type: "react", issue: issue.number })),
    changeLabels: (issue, { add, remove }) =>
      send("changeLabels", () =>
        write("changeLabels", { type: "labels", issue: issue.number, add, remove }, () => {
          const has = (label: string) => world.issues.get(issue.number)!.value.labels.includes(label);
          for (const label of add) if (!has(label)) world.setLabel(issue.number, label, true, app);
          for (const label of remove) if (has(label)) world.setLabel(issue.number, label, false, app);
        }),
      ),
    openPull: (issue, draft, retrying) =>
      send("openPull", () => {
        const open = [...world.pulls.values()].find((pull) => pull.value.branch === draft.head && pull.value.open);
        if (open !== undefined) return pullRef(open.value);
        if (world.branches.get(draft.head)?.value == null) throw new Fault("no such branch", gone);
        const what: Write = { type: "pull", issue: issue.number, branch: draft.head, base: draft.base };
        const number = write(`openPull${retrying ? " again" : ""}`, what, () => world.openPull(draft));
        return pullRef(world.pulls.get(number)!.value);
      }),
    publishSigned: (_repository, push) => send("publishSigned", () => publishSigned(push)),
    markReady: (_repository, nodeId, body) =>
      send("markReady", () => {
        const pull = Number(nodeId.slice("PR_".length));
        const { open, body: before } = world.pulls.get(pull)?.value ?? { open: false, body: "" };
        if (!open) throw new Fault("the pull request is closed", gone);
        const written = body !== null;
        if (written) parts.onWrite({ type: "body", pull, body });
        return write("markReady", { type: "ready", pull }, () => {
          world.markReady(pull);
          if (written) world.describePull(pull, body);
          return { before, written };
        });
      }),
    answerThread: () => send("answerThread", () => undefined),
    readPullBody: (_repository, nodeId) =>
      send("readPullBody", () => world.pulls.get(Number(nodeId.slice("PR_".length)))?.value.body ?? ""),
    editPullBody: (_repository, pull, body) =>
      send("editPullBody", () =>
        write("editPullBody", { type: "body", pull, body }, () => world.describePull(pull, body)),
      ),
    requestReviewers: (_repository, pull) =>
      send("requestReviewers", () => write("requestReviewers", { type: "reviewers", pull }, () => [])),
    publishCheck: (_repository, check, retrying) =>
      send("publishCheck", () => {
        const made: Check = {
          name: check.name,
          ours: true,
          externalId: retrying ? check.externalId : `${check.externalId}`,
          done: true,
          conclusion: check.conclusion,
        };
        write("publishCheck", { type: "check", check }, () => world.check(check.head, made));
      }),
    readProposedPolicy: () => send("readProposedPolicy", () => null), // nobody but loops has pull requests here
    readCi: (_repository, pull, head) =>
      send("readCi", () => {
        const at = seen();
        return {
          ...ciFacts(world, pull, head, at),
          ...baseFact(world, pull, at),
          closed: closing(world, pull, at),
          body: world.pulls.get(pull)?.value.body ?? "",
        };
      }),
    readJobLog: () => send("readJobLog", () => ({ missing: "expired" as const })),
    rerunChecks: () => send("rerunChecks", () => "refused" as const),
    updateBranch: () => send("updateBranch", () => ({ status: "current" as const })),
    readPull: (_repository, pull) =>
      send("readPull", () => {
        const at = seen();
        parts.onGateRead(pull, at);
        return pullFacts(world, pull, at);
      }),
    mergeabilityFound: () => send("mergeabilityFound", () => false),
    readPushes: (_repository, of) => send("readPushes", () => pushedFacts(world, of, seen())),
    readComment: (issue, comment) => send("readComment", () => commentNow(world, issue.number, comment, seen())),
    leaveQueue: (_repository, nodeId) =>
      send("leaveQueue", () => {
        const pull = Number(nodeId.slice("PR_".length));
        parts.onWrite({ type: "leave", pull });
        world.leaveQueue(pull, "MANUAL", app);
      }),
    merge(_repository, pull, head) {
      if (boundary.alive) parts.onMerge(pull, head);
      return send("merge", () => {
        const found = world.pulls.get(pull)!;
        if (found.value.merged && found.value.head === head) return { ok: true as const };
        if (!found.value.open) return { ok: false as const, message: "Pull Request is closed." };
        if (found.value.conflicts) return { ok: false as const, message: "Pull Request has merge conflicts" };
        if (found.value.head !== head)
          throw new Fault("Head branch was modified.", { kind: "conflict", retry: "later" });
        if (found.value.queued) return { ok: "queued" as const };
        write("merge", { type: "merge", pull, head }, () =>
          parts.queues ? world.joinQueue(pull) : world.closePull(pull, true, app),
        );
        return { ok: parts.queues ? ("queued" as const) : (true as const) };
      });
    },
    listInstallations: () => send("listInstallations", () => [{ id: repositoryRef.installationId, suspended: false }]),
    listRepositories: () => send("listRepositories", () => [{ ...repositoryRef, takesPart: true }]),
    survey: (_repository, label, loops) => send("survey", () => survey(world, label, loops, seen())),
    readThread: (issue, label) => send("readThread", () => readThread(world, issue.number, label, seen())),
    redeliverFailed: () => send("redeliverFailed", parts.redeliver),
    gitAccess: async () => ({ url: "", token: "", revoke: async () => {} }),
  };
}

const gone = { kind: "refused", retry: "never" } as const;

function missing(what: string): Fault {
  return new Fault(`Could not read ${what}: it is not there. It may work later.`, {
    kind: "not_found",
    retry: "later",
  });
}

/** The oldest comment of ours that carries the marker; a copy by anyone else is not ours. */
function findOurs(world: World, issue: number, marker: string): number | undefined {
  const { comments } = world.issues.get(issue)!.value;
  return comments.find((one) => one.author.id === app.id && one.body.includes(marker))?.id;
}

function claimRead(world: World, issue: Issue, at: number): ClaimRead {
  const comments = issue.comments.slice(0, 100).map((comment) => ({
    id: comment.id,
    author: { id: comment.author.id, login: comment.author.login, bot: comment.author.type === "Bot" },
    association: comment.author.login === people.mallory.login ? "NONE" : "COLLABORATOR",
    body: comment.body,
    at: comment.at,
  }));
  const text = world.policy.asOf(at);
  return {
    open: issue.open,
    isPull: false,
    locked: false,
    title: issue.title,
    body: issue.body,
    labels: issue.labels,
    comments,
    hasRecord: issue.comments.some(({ author, body }) => author.id === app.id && body.includes(anyStatusMarker)),
    policyFault: null,
    files: new Map(),
    base: { branch: mainBranch, sha: world.branches.get(mainBranch)!.value! },
    policy: text === null ? null : { text, sha: "b".repeat(40) },
  };
}

function pullRef(pull: Pull) {
  const url = `https://github.example/${repository.owner}/${repository.name}/pull/${pull.number}`;
  return { number: pull.number, nodeId: `PR_${pull.number}`, url, draft: pull.draft };
}

function closing(world: World, number: number, at: number): VerdictFacts["closed"] {
  const pull = world.pulls.get(number)?.asOf(at) ?? null;
  return pull === null || pull.open ? null : { merged: pull.merged, by: personOf(pull.closedBy) };
}

function ciFacts(world: World, number: number, head: string, at: number): CiFacts {
  if (!world.commits.has(head)) throw missing(`commit ${head}`);
  const checks = world.checks.get(head)?.asOf(at) ?? [];
  return {
    head,
    pullHead: world.pulls.get(number)?.asOf(at)?.head ?? null,
    truncated: false,
    ...(world.held.get(head)?.asOf(at) === true ? { held: true as const } : {}),
    checks: checks.map((check) => ({
      name: check.name,
      app: { id: check.ours ? 9 : 15_368, slug: check.ours ? "loopgate" : "github-actions" },
      done: check.done,
      conclusion: check.conclusion,
      required: false,
      title: check.conclusion ?? "",
      summary: "",
      text: check.conclusion === "failure" ? `${check.name} fails on ${world.commits.get(head)?.patch}` : "",
      url: null,
      annotations: [],
    })),
  };
}

function baseFact(world: World, number: number, at: number): Pick<CiFacts, "base"> {
  const pull = world.pulls.get(number)?.asOf(at) ?? null;
  if (pull === null) return {};
  const sha = world.branches.get(pull.base)!.value!;
  return { base: { branch: pull.base, sha, mergeable: !pull.conflicts } };
}

function pullFacts(world: World, number: number, at: number): PullFacts {
  const pull = world.pulls.get(number)?.asOf(at) ?? null;
  if (pull === null) throw missing(`pull request ${number}`);
  const permissions = world.permissions.asOf(at) ?? {};
  return {
    head: pull.head,
    open: pull.open,
    merged:
      pull.mergedAt === null
        ? null
        : { by: personOf(world.named(pull.closedBy)), ours: pull.closedBy.id === app.id, at: pull.mergedAt },
    draft: pull.draft,
    ...(pull.queued ? { queued: true as const } : {}),
    ...(pull.unqueued === null ? {} : { unqueued: pull.unqueued }),
    unread: null,
    ci: { ...ciFacts(world, number, pull.head, at), ...baseFact(world, number, at) },
    reviews: pull.reviews.filter(isBeforeMerge(pull)).map((review) => ({
      id: review.id,
      author: personOf(world.named(review.author)),
      canPush: writers.includes(permissions[review.author.login] ?? "none"),
      state: review.state,
      head: review.head,
      submittedAt: review.at,
      body: review.body,
      comments: [],
    })),
  };
}

function isBeforeMerge({ mergedAt }: Pull): (review: { readonly at: number }) => boolean {
  return ({ at }) => mergedAt === null || at <= mergedAt;
}

/** What the adapter makes of the activity and the list of commits; none is so long here that it is cut. */
function pushedFacts(
  world: World,
  { pull, branch, until }: { readonly pull: number; readonly branch: string; readonly until: number | null },
  at: number,
): PushedFacts {
  const pushes = world.pushes.get(branch)?.asOf(Math.min(at, until ?? at)) ?? [];
  const head = world.pulls.get(pull)?.asOf(at)?.head ?? "";
  return {
    pushes: pushes.map(({ after, by }) => ({ after, by: personOf(world.named(by)), ours: by.id === app.id })),
    commits: commitsOf(world, head).map(({ sha, parent, author }) => ({
      sha,
      parents: parent === null ? [] : [parent],
      people: Object.values(people).flatMap(({ id, login }) => (login === author ? [id] : [])),
    })),
    unread: null,
  };
}

function commitsOf(world: World, head: string): Commit[] {
  const found: Commit[] = [];
  for (let sha: string | null = head; sha !== null; sha = world.commits.get(sha)?.parent ?? null) {
    const commit = world.commits.get(sha);
    if (commit?.parent != null) found.push(commit);
  }
  return found.toReversed();
}

function commentNow(world: World, issue: number, comment: number, at: number) {
  const found = world.issues
    .get(issue)
    ?.asOf(at)
    ?.comments.find(({ id }) => id === comment);
  if (found === undefined) return null;
  return { author: personOf(world.named(found.author)), command: parseCommand(found.body, "loopgate") };
}
