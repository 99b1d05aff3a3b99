// Who looks at a page, and what is theirs to see: the operator all of it, a person the repositories that they reach at GitHub.
import type { Person } from "./sessions.ts";

export interface Visitor {
  /** Brought a ticket from the operator's machine. */
  readonly isOperator: boolean;
  /** Signed in with GitHub; null: not. */
  readonly person: Person | null;
  /** Proves that a form was on a page of this visitor's. */
  readonly formKey: string;
  /** The repositories whose loops they see; `all`: of every one. Asked of GitHub when needed. Throws Fault. */
  readonly reach: () => Promise<ReadonlySet<number> | "all">;
}

export async function maySee({ reach }: Visitor, repositoryId: number): Promise<boolean> {
  const seen = await reach();
  return seen === "all" || seen.has(repositoryId);
}
