// The simulated GitHub: what people, CI and the App do to it, and the webhooks that come of it. Every value keeps its past.
import type { Permission } from "../../src/loop/event.ts";
import { type Cell, cell } from "./cell.ts";
import {
  type Account,
  app,
  type Check,
  type Commit,
  firstPermissions,
  ghost,
  type Issue,
  type Pull,
  type Push,
  type Review,
  triggerLabel,
} from "./model.ts";
import type { Payloads } from "./payloads.ts";
import type { Timeline } from "./timeline.ts";
import { type Truth, watchTruth } from "./truth.ts";

export interface WorldParts {
  readonly timeline: Timeline;
  readonly policy: string | null;
  readonly payloads: Payloads;
  /** The checks the policy requires; empty: all that are reported. */
  readonly requiredChecks: readonly string[];
  /** Hands a webhook to the network. */
  readonly emit: (event: string, payload: object, sender: Account) => void;
  /** Told of every commit that arrives on a branch. */
  readonly onPush: (push: { sha: string; branch: string; before: string | null; by: Account }) => void;
  readonly onReady: (pull: number) => void;
  readonly onQueued: (pull: number) => void;
  /** The repository's setting "Automatically delete head branches". */
  readonly deletesMergedBranches: boolean;
}

export interface World {
  readonly commits: Map<string, Commit>;
  /** Of commits that GitHub made and signed, the one that each was made of. */
  readonly madeOf: Map<string, string>;
  readonly issues: Map<number, Cell<Issue>>;
  readonly pulls: Map<number, Cell<Pull>>;
  readonly branches: Map<string, Cell<string | null>>;
  readonly pushes: Map<string, Cell<readonly Push[]>>; // by branch, oldest first
  /** The account under the login it has now. */
  named(account: Account): Account;
  rename(account: Account, login: string): void;
  readonly checks: Map<string, Cell<readonly Check[]>>;
  readonly held: Map<string, Cell<boolean>>; // by commit: runs of workflows wait for a person's approval
  readonly permissions: Cell<Readonly<Record<string, Permission>>>;
  readonly policy: Cell<string | null>;
  readonly truth: Truth;
  nextId(): number;
  changeIssue(number: number, change: (issue: Issue) => Partial<Issue>): void;
  changePull(number: number, change: (pull: Pull) => Partial<Pull>): void;
  setPermission(login: string, permission: Permission): void;
  commit(draft: Omit<Commit, "sha">): Commit;
  descends(older: string, newer: string): boolean;
  setLabel(issue: number, label: string, on: boolean, by: Account): void;
  comment(issue: number, body: string, by: Account): number;
  editComment(issue: number, comment: number, body: string, by: Account): boolean;
  deleteComment(issue: number, comment: number, by: Account): void;
  setOpen(issue: number, open: boolean, by: Account): void;
  push(branch: string, sha: string | null, by: Account): void;
  openPull(draft: { readonly head: string; readonly base: string; readonly body: string }): number;
  describePull(pull: number, body: string): void;
  markReady(pull: number): void;
  review(pull: number, state: Review["state"], by: Account, head?: string): void;
  dismiss(pull: number, review: number, by: Account): void;
  closePull(pull: number, merged: boolean, by: Account): void;
  /** Into the merge queue, by the App. */
  joinQueue(pull: number): void;
  /** Nothing where it is in no queue. `reason` is as the webhook has it. */
  leaveQueue(pull: number, reason: string, by: Account): void;
  /** Has it go to another branch; one that is in the merge queue stays where it is. */
  retarget(pull: number, base: string, by: Account): void;
  /** Holds runs of workflows on the commit back, or lets them go. */
  holdRuns(sha: string, held: boolean): void;
  check(sha: string, check: Check): void;
}

export const mainBranch = "main";
/** Where people may have a pull request go instead. */
export const otherBranch = "release";

export function createWorld(parts: WorldParts): World {
  const { timeline, payloads, emit } = parts;
  const commits = new Map<string, Commit>();
  const issues = new Map<number, Cell<Issue>>();
  const pulls = new Map<number, Cell<Pull>>();
  const branches = new Map<string, Cell<string | null>>();
  const pushes = new Map<string, Cell<readonly Push[]>>();
  const logins = new Map<number, string>(); // of those that were renamed
  const checks = new Map<string, Cell<readonly Check[]>>();
  const held = new Map<string, Cell<boolean>>();
  const permissions = cell(timeline.now, firstPermissions);
  let ids = 1000;
  let shas = 0;

  function commit(draft: Omit<Commit, "sha">): Commit {
    shas += 1;
    const made = { ...draft, sha: shas.toString(16).padStart(7, "0").padEnd(40, "c") };
    commits.set(made.sha, made);
    return made;
  }

  for (const name of [mainBranch, otherBranch]) {
    const draft = { parent: null, author: "carol", passesCi: false, lines: 0, files: [], patch: "base" };
    branches.set(name, cell<string | null>(timeline.now, commit({ ...draft, risk: "none" }).sha));
  }

  function change<T>(of: Map<number, Cell<T>>, number: number, how: (value: T) => Partial<T>): void {
    const found = of.get(number);
    if (found !== undefined) found.set(timeline.now, { ...found.value, ...how(found.value) });
    world.truth.look();
  }

  function labelling(label: string, on: boolean, by: Account): Partial<Issue> {
    if (label !== triggerLabel) return {};
    return on ? { labelledBy: { actor: by, at: timeline.now } } : { labelledBy: null, unlabelledBy: by };
  }

  function notePush(branch: string, push: Push): void {
    const known = pushes.get(branch) ?? cell<readonly Push[]>(timeline.now, []);
    pushes.set(branch, known);
    known.set(timeline.now, [...known.value, push]);
  }

  const world: World = {
    commits,
    madeOf: new Map(),
    issues,
    pulls,
    branches,
    pushes,
    named: (account) => ({ ...account, login: logins.get(account.id) ?? account.login }),
    rename: (account, login) => void logins.set(account.id, login),
    checks,
    held,
    permissions,
    policy: cell(timeline.now, parts.policy),
    truth: watchTruth({ pulls, checks, permissions, required: parts.requiredChecks, now: () => timeline.now }),
    nextId: () => ++ids,
    commit,
    changeIssue: (number, how) => change(issues, number, how),
    changePull: (number, how) => change(pulls, number, how),
    setPermission(login, permission) {
      world.truth.look(); // until now it was so
      permissions.set(timeline.now, { ...permissions.value, [login]: permission });
      world.truth.look();
    },
    descends(older, newer) {
      for (let sha: string | null = newer; sha !== null; sha = commits.get(sha)?.parent ?? null) {
        if (sha === older) return true;
      }
      return false;
    },
    setLabel(number, label, on, by) {
      const before = issues.get(number)!.value.labels;
      if (before.includes(label) === on) return;
      const labels = on ? [...before, label] : before.filter((one) => one !== label);
      world.changeIssue(number, () => ({ labels, ...labelling(label, on, by) }));
      const action = on ? "labeled" : "unlabeled";
      emit("issues", payloads.issue(action, issues.get(number)!.value, by, { label: { name: label } }), by);
    },
    comment(number, body, by) {
      const id = world.nextId();
      const made = { id, author: by, body, earlier: null, at: timeline.now, changedAt: timeline.now, editedBy: null };
      world.changeIssue(number, (issue) => ({ comments: [...issue.comments, made] }));
      emit("issue_comment", payloads.comment("created", number, made, by), by);
      return id;
    },
    editComment(number, id, body, by) {
      const found = issues.get(number)!.value.comments.find((one) => one.id === id);
      if (found === undefined) return false;
      const editedBy = by.id === found.author.id ? null : by;
      const earlier = found.earlier ?? found.body;
      const made = { ...found, body, earlier, changedAt: timeline.now, editedBy };
      world.changeIssue(number, (issue) => ({ comments: issue.comments.map((one) => (one.id === id ? made : one)) }));
      emit("issue_comment", payloads.comment("edited", number, made, by, { changes: { body: { from: "" } } }), by);
      return true;
    },
    deleteComment(number, id, by) {
      const found = issues.get(number)!.value.comments.find((one) => one.id === id);
      if (found === undefined) return;
      world.changeIssue(number, (issue) => ({ comments: issue.comments.filter((one) => one.id !== id) }));
      emit("issue_comment", payloads.comment("deleted", number, found, by), by);
    },
    setOpen(number, open, by) {
      if (issues.get(number)!.value.open === open) return;
      world.changeIssue(number, () => (open ? { open } : { open, closedBy: by, closedAt: timeline.now }));
      emit("issues", payloads.issue(open ? "reopened" : "closed", issues.get(number)!.value, by), by);
    },
    push(branch, sha, by) {
      const known = branches.get(branch) ?? cell<string | null>(timeline.now, null);
      branches.set(branch, known);
      const before = known.value;
      known.set(timeline.now, sha);
      if (sha !== null) notePush(branch, { after: sha, by });
      emit("push", payloads.push(branch, sha, by), by);
      if (sha !== null) parts.onPush({ sha, branch, before, by });
      for (const [number, pull] of pulls) {
        if (pull.value.branch !== branch || !pull.value.open) continue;
        if (sha === null) {
          world.closePull(number, false, by);
          continue;
        }
        world.leaveQueue(number, "UNKNOWN_REMOVAL_REASON", by);
        // What an agent was told to merge is merged with its next push.
        world.changePull(number, ({ conflicts }) => ({ head: sha, conflicts: conflicts && by.id !== app.id }));
        emit("pull_request", payloads.pull("synchronize", pull.value, by), by);
      }
    },
    openPull({ head: branch, base, body }) {
      const number = world.nextId();
      const head = branches.get(branch)?.value ?? "";
      const fresh = {
        draft: true,
        open: true,
        merged: false,
        mergedAt: null,
        base,
        conflicts: false,
        queued: false,
        unqueued: null,
        reviews: [],
        closedBy: ghost,
      };
      const pull = { number, branch, head, body, ...fresh };
      pulls.set(number, cell<Pull>(timeline.now, pull));
      emit("pull_request", payloads.pull("opened", pull, app), app);
      world.truth.look();
      return number;
    },
    markReady(number) {
      const pull = pulls.get(number)!;
      if (!pull.value.draft) return;
      world.changePull(number, () => ({ draft: false }));
      emit("pull_request", payloads.pull("ready_for_review", pull.value, app), app);
      parts.onReady(number);
    },
    describePull(number, body) {
      world.changePull(number, () => ({ body }));
    },
    review(number, state, by, head) {
      const pull = pulls.get(number)!.value;
      const id = world.nextId();
      const made = { id, author: by, state, head: head ?? pull.head, at: timeline.now, body: `Review ${id}.` };
      world.changePull(number, ({ reviews }) => ({ reviews: [...reviews, made] }));
      emit("pull_request_review", payloads.review(pulls.get(number)!.value, made, by), by);
    },
    dismiss(number, review, by) {
      const state = "dismissed" as const;
      world.changePull(number, ({ reviews }) => ({
        reviews: reviews.map((one) => (one.id === review ? { ...one, state } : one)),
      }));
      const pull = pulls.get(number)!.value;
      const found = pull.reviews.find(({ id }) => id === review);
      if (found !== undefined) emit("pull_request_review", payloads.review(pull, found, by), by);
    },
    closePull(number, merged, by) {
      const pull = pulls.get(number)!;
      if (!pull.value.open) return;
      world.leaveQueue(number, merged ? "MERGE" : "UNKNOWN_REMOVAL_REASON", by);
      world.changePull(number, () => ({ open: false, merged, mergedAt: merged ? timeline.now : null, closedBy: by }));
      emit("pull_request", payloads.pull("closed", pull.value, by), by);
      // In the name of whoever merged: docs.github.com, "Managing the automatic deletion of branches".
      if (merged && parts.deletesMergedBranches) world.push(pull.value.branch, null, by);
    },
    joinQueue(number) {
      world.changePull(number, () => ({ queued: true }));
      emit("pull_request", payloads.pull("enqueued", pulls.get(number)!.value, app), app);
      parts.onQueued(number);
    },
    leaveQueue(number, reason, by) {
      const pull = pulls.get(number)!;
      if (!pull.value.queued) return;
      world.changePull(number, () => ({ queued: false, unqueued: reason }));
      emit("pull_request", payloads.pull("dequeued", pull.value, by, { reason }), by);
    },
    retarget(number, base, by) {
      const pull = pulls.get(number)!;
      if (pull.value.queued || pull.value.base === base) return;
      world.changePull(number, () => ({ base, conflicts: false }));
      emit("pull_request", payloads.pull("edited", pull.value, by, { changes: { base: {} } }), by);
    },
    holdRuns(sha, isHeld) {
      const known = held.get(sha);
      if (known === undefined) held.set(sha, cell(timeline.now, isHeld));
      else known.set(timeline.now, isHeld);
    },
    check(sha, made) {
      const known = checks.get(sha) ?? cell<readonly Check[]>(timeline.now, []);
      checks.set(sha, known);
      const others = known.value.filter((one) => one.name !== made.name || one.externalId !== made.externalId);
      known.set(timeline.now, [...others, made]);
      world.truth.look();
      if (made.done) emit("check_run", payloads.checkRun(sha, made), made.ours ? app : payloads.ci);
    },
  };
  return world;
}
