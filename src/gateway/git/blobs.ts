// File contents and sizes by object id, without a checkout.
import { Fault } from "../../base/fault.ts";
import { readObjects } from "./object-reader.ts";

/** The size in bytes of each blob, by id. Throws `Fault` when one of them is not there. */
export async function blobSizes(gitDir: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await readBlobs(gitDir, "sizes", ids);
  return new Map(found.map(({ id, size }) => [id, size]));
}

/** The bytes of each blob, by id. The caller has bounded their sizes. Throws `Fault` when one of them is not there. */
export async function blobContents(gitDir: string, ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = await readBlobs(gitDir, "contents", ids);
  return new Map(found.map(({ id, content }) => [id, content]));
}

async function readBlobs(gitDir: string, what: "sizes" | "contents", ids: readonly string[]) {
  if (ids.length === 0) return [];
  const found = await readObjects(gitDir, what, ids);
  return found.map((one) => {
    if (one?.type === "blob") return one;
    throw new Fault("Could not read files: an object is missing or not a file", { kind: "invalid", retry: "never" });
  });
}
