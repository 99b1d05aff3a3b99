// What was ever really so: kept beside the world, so that a check can tell a decision on facts from one on hearsay.
import type { Permission } from "../../src/loop/event.ts";
import type { Cell } from "./cell.ts";
import { type Check, type Pull, writers } from "./model.ts";

export interface Truth {
  /** Looks at the world as it is now and remembers what is true of it. */
  look(): void;
  /** All of CI's checks that count have succeeded, as things stand. */
  isGreen(sha: string): boolean;
  /** As `isGreen`, at an earlier moment. */
  wasGreenAt(sha: string, at: number): boolean;
  /** All of CI's checks on the commit had succeeded, at some moment while it was the head of a pull request. */
  wasGreen(sha: string): boolean;
  /** Who approved exactly this commit while it was the head, with the right to, as their last word. */
  approvers(sha: string): readonly string[];
  /** Whether this person could write here at some moment at or after `since`. */
  couldWrite(login: string, since: number): boolean;
  /** Whether this person had one of these permissions then. */
  couldHave(login: string, permissions: readonly string[], since: number): boolean;
}

interface Watched {
  readonly pulls: ReadonlyMap<number, Cell<Pull>>;
  readonly checks: ReadonlyMap<string, Cell<readonly Check[]>>;
  readonly permissions: Cell<Readonly<Record<string, Permission>>>;
  readonly required: readonly string[];
  readonly now: () => number;
}

export function watchTruth({ pulls, checks, permissions, required, now }: Watched): Truth {
  const green = new Set<string>();
  const approved = new Map<string, Set<string>>();
  const lastHad = new Map<string, number>(); // person and permission → when they had it last

  const isDeciding = (name: string) => required.length === 0 || required.includes(name);

  const isGreen = (sha: string) => areGreen(checks.get(sha)?.value ?? []);

  function areGreen(all: readonly Check[]): boolean {
    const ci = all.filter((check) => !check.ours && isDeciding(check.name));
    return ci.length > 0 && ci.every((check) => check.done && check.conclusion === "success");
  }

  function lookAtPull(pull: Pull): void {
    if (isGreen(pull.head)) green.add(pull.head);
    const words = pull.reviews.filter((review) => review.state !== "commented");
    const last = new Map(words.map((review) => [review.author.login, review]));
    for (const review of last.values()) {
      if (review.state !== "approved" || review.head !== pull.head) continue;
      if (!writers.includes(permissions.value[review.author.login] ?? "none")) continue;
      approved.set(pull.head, (approved.get(pull.head) ?? new Set()).add(review.author.login));
    }
  }

  function couldHave(login: string, any: readonly string[], since: number): boolean {
    if (any.includes(permissions.value[login] ?? "none")) return true;
    return any.some((permission) => (lastHad.get(`${login} ${permission}`) ?? -1) >= since);
  }

  return {
    look() {
      for (const pull of pulls.values()) if (pull.value.open) lookAtPull(pull.value);
      for (const [login, permission] of Object.entries(permissions.value)) lastHad.set(`${login} ${permission}`, now());
    },
    isGreen,
    wasGreenAt: (sha, at) => areGreen(checks.get(sha)?.asOf(at) ?? []),
    wasGreen: (sha) => green.has(sha),
    approvers: (sha) => [...(approved.get(sha) ?? [])],
    couldWrite: (login, since) => couldHave(login, writers, since),
    couldHave,
  };
}
