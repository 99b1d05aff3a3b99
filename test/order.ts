// In which order the files are tested: the longest first, so that neither worker is left with one of them at the end.
import { relative, resolve } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest on two cores, longest first, a file that waits for containers beside one that computes. What is
 * not named comes after them in Vitest's own order. Only time depends on it, so it need not be exact.
 */
export const longest: readonly string[] = [
  "docker/other-engines",
  "story/requests",
  "docker/runtime",
  "story/survive",
  "story/neighbours",
  "docker/escape",
  "cli/bench",
  "story/phases",
  "cli/rerun",
  "story/endings",
  "gateway/git/server",
  "story/ends",
  "story/touched",
  "cli/demo",
  "story/cells/outside",
  "story/cells/doubt",
  "story/gate-people",
  "docker/build-apt",
  "story/unreachable",
  "story/gate",
  "runs/provenance",
  "story/ground",
  "story/gate-merge",
];

/**
 * Files that share a process, one after the other, with the modules that the ones before have read. They leave nothing behind there;
 * what measures its process, changes a module for itself, or ends what it shares is not among them.
 */
export const sharing = {
  files: [
    "agents-events",
    "brief",
    "docs",
    "engine",
    "forge",
    "github",
    "injection",
    "loop",
    "policy",
    "record",
    "report",
    "story",
    "verify",
  ].map((folder) => `test/${folder}/**/*.test.ts`),
  except: ["test/story/allowed-host.test.ts"],
};

/** The files in the order of the list, then the others as they were. */
export function longestFirst<Named extends { readonly moduleId: string }>(files: readonly Named[]): Named[] {
  const root = resolve(import.meta.dirname);
  const placeOf = ({ moduleId }: Named) => {
    const place = longest.indexOf(relative(root, moduleId).replace(/\.test\.ts$/, ""));
    return place < 0 ? longest.length : place;
  };
  return [...files].sort((one, other) => placeOf(one) - placeOf(other));
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}
