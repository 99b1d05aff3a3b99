// A change as facts: what is between the base and a head, read from the quarantine without a checkout.
import type { KindFound } from "../../policy/kinds.ts";
import type { TestFacts } from "../../policy/tests.ts";

/** One path that differs between base and head. Modes are git's, in octal: `100644`, `100755`, `120000`, `160000`, `000000` for absent. */
export interface ChangedFile {
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "type_changed";
  readonly oldMode: string;
  readonly newMode: string;
  /** Lines; 0 for binary files. */
  readonly additions: number;
  readonly deletions: number;
  /** Size at the head; 0 when deleted. */
  readonly bytes: number;
  readonly binary: boolean;
  /** What kind of change it is; absent where it is of none, or where contents were not read. */
  readonly kinds?: readonly KindFound[];
  /** What becomes of the tests in it; absent where there are none, or where its two sides were not read. */
  readonly tests?: TestFacts;
}

export interface ChangeCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  readonly committerName: string;
  readonly committerEmail: string;
  /** Epoch seconds, as the commit claims. */
  readonly committedAt: number;
  readonly subject: string;
  readonly message: string;
}

export type ProblemName =
  | "not_descendant_of_base"
  | "foreign_history"
  | "author_unexpected"
  | "too_many_commits"
  | "too_many_files"
  | "file_too_large"
  | "change_too_large"
  | "gitlink_added"
  | "gitmodules_changed"
  | "symlink_escapes"
  | "path_dotgit"
  | "path_control_character"
  | "path_not_text"
  | "path_too_long"
  | "mode_unusual"
  | "commit_unusual"
  | "closes_other_issue"
  | "skips_ci"
  | "secret_found"
  | "lfs_raw_content"
  | "lfs_missing_object";

/** Something that must not reach GitHub. `detail` is one line, safe to show, and never holds a secret. */
export interface Problem {
  readonly name: ProblemName;
  readonly detail: string;
  readonly path?: string;
}

export interface Change {
  readonly base: string;
  readonly head: string;
  /** Oldest first. */
  readonly commits: readonly ChangeCommit[];
  /** Difference of the two trees, in path order; renames are an addition and a deletion. */
  readonly files: readonly ChangedFile[];
  /** Every path that any commit on the way touched, also where a later commit undid it. */
  readonly touched: readonly string[];
  readonly problems: readonly Problem[];
  /** Unified diff for the reviewer, cut at `patchBytes`. */
  readonly patch: string;
  readonly patchCut: boolean;
  /** The same for the same difference, wherever the lines moved and whatever their white space; null for no difference. */
  readonly diffHash: string | null;
}

/** Bounds on what is judged at all. More is a problem of the change, never a longer wait. */
export interface ChangeLimits {
  readonly commits: number;
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly patchBytes: number;
}

export const defaultChangeLimits: ChangeLimits = {
  commits: 200,
  files: 3000,
  fileBytes: 10 * 1024 * 1024,
  totalBytes: 50 * 1024 * 1024,
  patchBytes: 200_000,
};
