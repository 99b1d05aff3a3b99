// Which past commits can serve as tasks: those whose code and tests can be told apart, file by file.
import { isTestPath } from "../../policy/test-paths.ts";
import { isHeldByTests } from "../knock-out/choose.ts";

/** One path that a past commit changed; a move is a path that went and a path that came. */
export interface PastFile {
  readonly path: string;
  /** It declares tests in its text, before or after. */
  readonly hasTests: boolean;
  /** It is another repository's commit, of which there is no text. */
  readonly isSubmodule: boolean;
}

export interface PastCommit {
  /** Full ids; none: it is the first one. */
  readonly parents: readonly string[];
  /** Null: there is too much to be read. */
  readonly files: readonly PastFile[] | null;
}

/** Why a commit is no task, by what it changed alone. */
export type Unfit =
  | "merge" // what it joins are commits of their own
  | "first" // there is nothing to begin from
  | "too_large"
  | "no_tests" // nothing would judge
  | "no_code" // nothing would be asked for
  | "tests_in_sources" // they cannot be hidden without the code around them, as in Rust
  | "submodule"; // among the tests

/** Null: it can be a task. */
export function unfitness({ parents, files }: PastCommit): Unfit | null {
  if (parents.length === 0) return "first";
  if (parents.length > 1) return "merge";
  if (files === null) return "too_large";
  const tests = files.filter(({ path }) => isTestPath(path));
  const code = files.filter(({ path }) => isHeldByTests(path));
  if (code.some(({ hasTests }) => hasTests)) return "tests_in_sources";
  if (tests.length === 0) return "no_tests";
  if (code.length === 0) return "no_code";
  return tests.some(({ isSubmodule }) => isSubmodule) ? "submodule" : null;
}
