// Mints the narrow token that git needs for one repository, and takes it back.
import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import type { GitAccess } from "../../engine/ports.ts";
import { type Connection, call, guarded, type Repository } from "./client.ts";

const Token = z.object({
  token: z.string().min(1),
  repositories: z.array(z.object({ id: z.number().int(), full_name: z.string() })).optional(),
});

/** Threat T18: one repository, contents only, revoked after use. Whoever asks for it revokes it. */
export async function gitAccess(
  connection: Connection,
  repository: Repository,
  may: "read" | "write",
): Promise<GitAccess> {
  const { owner, name } = repository;
  const attempted = `Could not get a token for the contents of ${owner}/${name}`;
  const { token, repositories = [] } = await call(connection, repository, { attempted, shape: Token }, (client) =>
    client.request("POST /app/installations/{installation_id}/access_tokens", {
      installation_id: repository.installationId,
      repository_ids: [repository.repositoryId],
      permissions: { contents: may, metadata: "read" },
    }),
  );
  // Git follows no redirect here, so the repository is addressed by the name it has now (F36).
  const now = repositories.find(({ id }) => id === repository.repositoryId)?.full_name ?? `${owner}/${name}`;
  return {
    url: `${connection.gitBaseUrl.replace(/\/+$/, "")}/${now}.git`,
    token,
    revoke: () => revoke(connection, token, now),
  };
}

/** A token that GitHub no longer knows is as good as revoked. */
async function revoke(connection: Connection, token: string, repository: string): Promise<void> {
  try {
    await guarded(connection, `Could not revoke a token for ${repository}`, () =>
      connection.clients.withToken(token).request("DELETE /installation/token"),
    );
  } catch (error) {
    const isUnknown = error instanceof Fault && (error.kind === "forbidden" || error.kind === "not_found");
    if (!isUnknown) throw error;
  }
}
