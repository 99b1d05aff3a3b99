// Files of a repository at a commit, by their paths, as part of any query.
import { z } from "zod";
import type { RepositoryFiles } from "../../policy/found/find.ts";
import { requireSameRepository } from "../client/answers.ts";
import { type Connection, query, type Repository } from "../client/client.ts";

/** So many are asked for at once. */
const mostFiles = 12;

const File = z
  .object({ __typename: z.string(), text: z.string().nullish(), isTruncated: z.boolean().nullish() })
  .nullish();

/** What `filesText` asks for. */
export const FilesAsked = z.object({
  file0: File,
  file1: File,
  file2: File,
  file3: File,
  file4: File,
  file5: File,
  file6: File,
  file7: File,
  file8: File,
  file9: File,
  file10: File,
  file11: File,
});

/** Fields of a repository; each expression is a literal or a variable, such as `HEAD:path` or `$file`. */
export function filesText(expressions: readonly string[]): string {
  return expressions
    .map(
      (expression, index) =>
        `file${index}: object(expression: ${expression}) { __typename ... on Blob { text isTruncated } }`,
    )
    .join("\n    ");
}

/** The answer, for the paths in the order in which they were asked for. */
export function filesRead(paths: readonly string[], answer: z.infer<typeof FilesAsked>): RepositoryFiles {
  const files = new Map<string, string | null>();
  for (const [index, path] of paths.entries()) {
    const file = answer[`file${index}` as keyof typeof answer];
    if (file === undefined || file === null) continue;
    const isWhole = file.__typename === "Blob" && typeof file.text === "string" && file.isTruncated !== true;
    files.set(path, isWhole ? (file.text ?? null) : null);
  }
  return files;
}

const Answer = z.object({ repository: FilesAsked.extend({ databaseId: z.number() }) });

/** One request, for the first of these paths that fit. Throws `Fault`. */
export async function readFiles(
  connection: Connection,
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<RepositoryFiles> {
  const { owner, name } = repository;
  const asked = paths.slice(0, mostFiles);
  const attempted = `Could not read ${asked.join(", ")} of ${owner}/${name} at ${commit}`;
  const declared = asked.map((_, index) => `, $path${index}: String!`).join("");
  const text = `
query ReadFiles($owner: String!, $name: String!${declared}) {
  repository(owner: $owner, name: $name) {
    databaseId
    ${filesText(asked.map((_, index) => `$path${index}`))}
  }
}`;
  const named = Object.fromEntries(asked.map((path, index) => [`path${index}`, `${commit}:${path}`]));
  const answer = await query(connection, repository, {
    attempted,
    shape: Answer,
    text,
    variables: { owner, name, ...named },
  });
  requireSameRepository(repository, answer.repository.databaseId, attempted);
  return filesRead(asked, answer.repository);
}
