// Reads as much as the installation may and GitHub can: what it has not accepted is left out, and what is too much for one answer is
// asked for in smaller pages. Both are tried in full again an hour later.
import { Fault } from "../../base/fault.ts";
import type { Connection, Repository } from "../client/client.ts";

/** What a query asks for beside what every installation may read. */
export interface Asked {
  readonly workflows: boolean; // of GitHub Actions; needs the permission `actions`
  readonly rules: boolean; // of the base branch
  readonly checks: number; // on a page
}

/** From all to nothing; workflows are left out first, since their permission is the one that may not be accepted yet. */
const ladder: readonly Omit<Asked, "checks">[] = [
  { workflows: true, rules: true },
  { workflows: false, rules: true },
  { workflows: true, rules: false },
  { workflows: false, rules: false },
];

/**
 * Checks on a page, and where GitHub gives up on as many: each has annotations, and a query that takes longer than it allows is ended with
 * a 502, however often it is sent. https://github.com/cli/cli/issues/6247, https://github.com/cli/cli/issues/12715
 */
const pages = { whole: 100, small: 20 };

/** So many reads of a repository in a row stay unanswered before smaller pages are tried. */
const failuresAtMost = 2;

/** An hour after it was refused, GitHub is asked again: the permission may have been accepted. */
const askAgainMs = 3_600_000;

/**
 * Without `workflows`, runs of one name take each other's place within a check suite only; without `rules`, GitHub's own mark
 * says what is required. Where GitHub does not answer twice, the next try asks for smaller pages. Throws what the barest query throws.
 */
export async function asAllowed<T>(
  { nodes, now }: Connection,
  repository: Repository,
  read: (asked: Asked) => Promise<T>,
): Promise<T> {
  const key = `installation/${repository.installationId}/allowed`;
  const [at = 0, known = 0] = (nodes.get(key) ?? "").split(" ").map(Number);
  let rung = now() < at + askAgainMs ? known : 0;
  const [size, count] = ["small", "unanswered"].map((what) => `repository/${repository.repositoryId}/${what}`) as [
    string,
    string,
  ];
  const isKnownSmall = now() < Number(nodes.get(size) ?? 0) + askAgainMs;
  const unanswered = Number(nodes.get(count) ?? 0);
  const checks = isKnownSmall || unanswered >= failuresAtMost ? pages.small : pages.whole;
  for (;;) {
    try {
      const found = await read({ ...(ladder[rung] ?? barest), checks });
      if (checks === pages.small && !isKnownSmall) nodes.keep(size, String(now()));
      if (unanswered > 0) nodes.keep(count, "0");
      if (rung > known || now() >= at + askAgainMs) nodes.keep(key, `${now()} ${rung}`);
      return found;
    } catch (error) {
      const kind = error instanceof Fault ? error.kind : null;
      if (kind === "unavailable") nodes.keep(count, String(unanswered + 1));
      if (kind !== "forbidden" || rung >= ladder.length - 1) throw error;
      rung += 1;
    }
  }
}

const barest: (typeof ladder)[number] = { workflows: false, rules: false };
