// What a policy leaves to the repository's own files, where a command works without GitHub.
import {
  composeFiles,
  devcontainersApart,
  environmentFiles,
  type RepositoryFiles,
  withComposeServices,
} from "../policy/found/find.ts";
import type { Policy } from "../policy/schema.ts";
import { UsageError } from "./usage.ts";
import { fileAt, type LocalRepository, namesAt } from "./verify-repository.ts";

/** The files of a commit from which the environment of this policy may come. Throws Fault. */
export async function environmentFilesAt(
  policy: Policy,
  repository: LocalRepository,
  commit: string,
): Promise<RepositoryFiles> {
  const files = new Map<string, string>();
  const apart = devcontainersApart(await namesAt(repository, commit, ".devcontainer"));
  for (const path of [...environmentFiles, ...apart, ...composeFiles(policy)]) {
    const text = await fileAt(repository, commit, path);
    if (text !== null) files.set(path, text);
  }
  return files;
}

/** The policy with each service that stands in a Compose file as that has it. Throws UsageError where it cannot be had. */
export function withServices(policy: Policy, files: RepositoryFiles, from: string): Policy {
  const read = withComposeServices(policy, files);
  if (!read.ok) throw new UsageError(`${from}, ${read.message}`);
  return read.policy;
}
