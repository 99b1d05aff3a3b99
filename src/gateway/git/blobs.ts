// Reads file contents and sizes out of a repository by object id, many at a time, without a checkout.
import { Fault } from "../../base/fault.ts";
import { runGit } from "./git.ts";

/** The size in bytes of each blob, by id. */
export async function blobSizes(gitDir: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const args = ["cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer"];
  const output = await runGit({ gitDir, args }, "Could not read sizes", { input: `${ids.join("\n")}\n` });
  const lines = output.toString("latin1").trimEnd().split("\n");
  return new Map(lines.map((line) => [line.slice(0, 40), Number(line.slice(41))] as const));
}

/** The bytes of each blob, by id. The caller has bounded their sizes. */
export async function blobContents(gitDir: string, ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  if (ids.length === 0) return contents;
  const limits = { input: `${ids.join("\n")}\n`, maxOutputBytes: 512 * 1024 * 1024 };
  const output = await runGit({ gitDir, args: ["cat-file", "--batch", "--buffer"] }, "Could not read files", limits);
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [, id, size] = /^([0-9a-f]{40}) blob (\d+)$/.exec(output.toString("latin1", at, end)) ?? [];
    if (id === undefined)
      throw new Fault("Could not read files: an object is not a file", { kind: "invalid", retry: "never" });
    contents.set(id, output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return contents;
}
