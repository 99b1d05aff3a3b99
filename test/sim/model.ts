// What exists in the simulated world: accounts, commits, issues, pull requests, checks and containers, as plain data.
import type { RunOrder, RunReport } from "../../src/engine/ports.ts";
import type { Permission } from "../../src/loop/event.ts";
import type { Heard } from "../../src/loop/state.ts";
import type { Quiet } from "../../src/runs/silence.ts";

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot";
}

/** Whom GitHub shows where it does not know. */
export const ghost: Account = { id: 0, login: "ghost", type: "User" };

/** The App's own account. */
export const app: Account = { id: 90, login: "loopgate[bot]", type: "Bot" };
export const appId = 9;

/** In whose name GitHub merges what is in a merge queue. */
export const queueBot: Account = { id: 81, login: "github-merge-queue[bot]", type: "Bot" };

/** Who acts in the world; `permission` is where each begins. */
export const people = {
  alice: { id: 1, login: "alice", type: "User" },
  bob: { id: 2, login: "bob", type: "User" },
  carol: { id: 3, login: "carol", type: "User" },
  trent: { id: 4, login: "trent", type: "User" },
  mallory: { id: 5, login: "mallory", type: "User" },
} as const satisfies Record<string, Account>;
export type PersonName = keyof typeof people;

/** What this account is called in the simulation, whatever its login is now. */
export function nameOf({ id, login }: { readonly id: number; readonly login: string }): string {
  return Object.values(people).find((one) => one.id === id)?.login ?? login;
}

export const firstPermissions: Readonly<Record<string, Permission>> = {
  alice: "write",
  bob: "maintain",
  carol: "admin",
  trent: "triage",
  mallory: "read",
};

/** What a person needs to be allowed to push. */
export const writers: readonly Permission[] = ["write", "maintain", "admin"];

export const repository = { id: 100, owner: "acme", name: "shop", installationId: 7 } as const;
export const triggerLabel = "loop";

/** One move of a branch, as GitHub keeps it. */
export interface Push {
  readonly after: string;
  readonly by: Account;
}

/** A commit; `files` are the paths that differ from the base. */
export interface Commit {
  readonly sha: string;
  readonly parent: string | null;
  readonly author: string;
  readonly passesCi: boolean;
  readonly lines: number;
  readonly files: readonly string[];
  readonly risk: "none" | "soft" | "hard";
  readonly patch: string;
}

export interface IssueComment {
  readonly id: number;
  readonly author: Account;
  readonly body: string;
  readonly earlier: string | null; // its first text, once it has another
  readonly at: number;
  readonly changedAt: number;
  readonly editedBy: Account | null; // someone else than its author who changed the text last
}

export interface Issue {
  readonly number: number;
  readonly open: boolean;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly comments: readonly IssueComment[];
  readonly labelledBy: { readonly actor: Account; readonly at: number } | null; // the trigger label, while it is set
  readonly unlabelledBy: Account;
  readonly closedBy: Account;
  readonly closedAt: number | null; // when it was last
}

export interface Review {
  readonly id: number;
  readonly author: Account;
  readonly state: "approved" | "changes_requested" | "commented" | "dismissed";
  readonly head: string;
  readonly at: number;
  readonly body: string;
}

export interface Pull {
  readonly number: number;
  readonly branch: string;
  readonly head: string;
  readonly draft: boolean;
  readonly body: string;
  readonly open: boolean;
  readonly merged: boolean;
  readonly mergedAt: number | null;
  readonly base: string; // the branch it goes to
  readonly conflicts: boolean; // with its base, as far as GitHub has found out
  readonly queued: boolean; // it is in the merge queue
  readonly unqueued: string | null; // why it was last taken out of it
  readonly reviews: readonly Review[];
  readonly closedBy: Account;
}

export interface Check {
  readonly name: string;
  readonly ours: boolean;
  readonly externalId: string;
  readonly done: boolean;
  readonly conclusion: string | null;
}

/** A container: it lives in the engine of containers, so it outlives the App. */
export interface Container {
  readonly id: string;
  readonly loop: string;
  readonly issue: number;
  readonly role: RunOrder["role"];
  readonly check: RunOrder["check"];
  readonly attempt: number;
  readonly startFrom: string;
  readonly startedAt: number;
  /** From then on it gives no sign of life; null: it works until it ends. */
  readonly hungAt: number | null;
  readonly silenceMs: number;
  /** What the life that watches it counted, and since when that life has watched it; both outlive the life. */
  quiet: Quiet | null;
  watchedSince: number;
  /** `gone`: somebody removed the container; its folder is still there. `forgotten`: the App removed both. */
  state: "running" | "ended" | "gone" | "forgotten";
  report: RunReport | null;
  /** Its end as the App kept it in the run's folder. */
  end: RunReport | null;
  endedAt: number | null;
  /** What its provider answered for, in nano-dollars, and what it will come to if it is let be. */
  readonly spent: () => number;
  /** It wants more than its loop has left. */
  readonly outOfBudget: boolean;
  /** What it wanted to call and may not before a person says yes; null: nothing. */
  readonly refusedCall: string | null;
  /** What people said to its agent, by the comment, and whether it was told. */
  readonly words: Map<string, Heard["by"] | null>;
  /** Tells whoever follows it of what its agent heard. */
  tellHeard: (heard: Heard) => void;
  /** Tells whoever waits for its end. */
  readonly waiting: Set<() => void>;
  /** Takes back its planned end. */
  cancel: () => void;
}
