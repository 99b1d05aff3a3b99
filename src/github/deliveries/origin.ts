// Where a delivery is from and what it is about, whatever its event.
import type { Origin } from "./translated.ts";

/** Reads no more of a payload than that; nothing of one that is not as GitHub writes them. Never throws. */
export function originOf(payload: unknown): Origin {
  return {
    installationId: number(payload, "installation", "id"),
    repositoryId: number(payload, "repository", "id"),
    thread: number(payload, "issue", "number") ?? number(payload, "pull_request", "number"),
  };
}

function number(value: unknown, ...path: readonly string[]): number | null {
  let at: unknown = value;
  for (const key of path) at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return Number.isSafeInteger(at) ? (at as number) : null;
}
