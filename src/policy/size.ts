// What policy reads of a change, and how large it is.
import type { ChangeSize } from "../loop/state.ts";
import type { KindFound } from "./kinds.ts";
import { isTestPath } from "./test-paths.ts";
import type { TestFacts } from "./tests.ts";

/** What policy reads of a change that arrived in the quarantine; `PushedChange` of the engine's ports fits. */
export interface Change {
  readonly files: readonly ChangedFile[];
  readonly problems: readonly { readonly name: string; readonly detail: string }[];
  readonly patchId: string;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: string; // A, M, D, T
  readonly oldMode: string;
  readonly newMode: string;
  readonly additions: number;
  readonly deletions: number;
  readonly kinds?: readonly KindFound[]; // what kind of change it is; absent: of none, or it could not be read
  readonly tests?: TestFacts; // absent: there were none and none came, or they could not be read
}

const LISTED_PATHS = 20;
const HEAVIEST = 5;

/** The change's size for the record; it lists the first 20 paths, and the heaviest files of `whole`, the loop's change so far. */
export function sizeOf(change: Change, whole: Change["files"] = change.files): ChangeSize {
  return {
    ...totalsOf(change.files),
    paths: change.files.slice(0, LISTED_PATHS).map((file) => file.path),
    patchId: change.patchId,
    heaviest: heaviestOf(whole),
  };
}

/** Most changed first, and tests after everything else, however long they are: a mistake elsewhere does more harm. */
function heaviestOf(files: Change["files"]): ChangeSize["heaviest"] {
  const weighed = files.map(({ path, additions, deletions }) => ({ path, additions, deletions }));
  const rank = ({ path, additions, deletions }: (typeof weighed)[number]) =>
    additions + deletions - (isTestPath(path) ? Number.MAX_SAFE_INTEGER / 2 : 0);
  return weighed.toSorted((a, b) => rank(b) - rank(a)).slice(0, HEAVIEST);
}

/** How much these files change together. */
export function totalsOf(files: Change["files"]): Pick<ChangeSize, "files" | "additions" | "deletions"> {
  return {
    files: files.length,
    additions: sum(files.map((file) => file.additions)),
    deletions: sum(files.map((file) => file.deletions)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
