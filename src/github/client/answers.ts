// Shapes that several GraphQL answers share, and the check that a repository's name still means the repository.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { Repository } from "./client.ts";

/** Comment ids have outgrown GraphQL's Int, so `fullDatabaseId` is asked for; it comes as a string. */
export const BigId = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int());

/** A time as epoch milliseconds. */
export const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** Throws `Fault` when the name now belongs to another repository than the one the loop is about (threat T28). */
export function requireSameRepository(repository: Repository, databaseId: number, attempted: string): void {
  if (databaseId === repository.repositoryId) return;
  throw new Fault(`${attempted}: the name now belongs to another repository. It is not tried again by itself.`, {
    kind: "not_found",
    retry: "never",
  });
}
