// Reads as much as the installation may: what it has not accepted is left out, and asked for again an hour later.
import { Fault } from "../../base/fault.ts";
import type { Connection, Repository } from "../client/client.ts";

/** What a query asks for beside what every installation may read. */
export interface Asked {
  readonly workflows: boolean; // of GitHub Actions; needs the permission `actions`
  readonly rules: boolean; // of the base branch
}

/** From all to nothing; workflows are left out first, since their permission is the one that may not be accepted yet. */
const ladder: readonly Asked[] = [
  { workflows: true, rules: true },
  { workflows: false, rules: true },
  { workflows: true, rules: false },
  { workflows: false, rules: false },
];

/** An hour after it was refused, GitHub is asked again: the permission may have been accepted. */
const askAgainMs = 3_600_000;

/**
 * Without `workflows`, runs of one name take each other's place within a check suite only; without `rules`, GitHub's own mark
 * says what is required. Throws what the barest query throws.
 */
export async function asAllowed<T>(
  { nodes, now }: Connection,
  repository: Repository,
  read: (asked: Asked) => Promise<T>,
): Promise<T> {
  const key = `installation/${repository.installationId}/allowed`;
  const [at = 0, known = 0] = (nodes.get(key) ?? "").split(" ").map(Number);
  let rung = now() < at + askAgainMs ? known : 0;
  for (;;) {
    try {
      const found = await read(ladder[rung] ?? barest);
      if (rung > known || now() >= at + askAgainMs) nodes.keep(key, `${now()} ${rung}`);
      return found;
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== "forbidden" || rung >= ladder.length - 1) throw error;
      rung += 1;
    }
  }
}

const barest: Asked = { workflows: false, rules: false };
