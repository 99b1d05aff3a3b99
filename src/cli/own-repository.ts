// A repository of the user's own, looked at before its HEAD is copied: what cannot be copied, and what the copy lacks.
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../base/fault.ts";

export interface OwnRepository {
  /** What HEAD is called; `main` where it is on no branch. */
  readonly branch: string;
  /** What the user should know of the copy. */
  readonly notes: readonly string[];
}

/** Only reads. Throws `Fault` with what to do where a copy of it would lack something. */
export async function readOwnRepository(dir: string): Promise<OwnRepository> {
  const folder = await stat(dir).catch(() => null);
  if (!folder?.isDirectory()) throw invalid(`${dir} is not a folder.`);
  await git(dir, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).catch(() => {
    throw invalid(`${dir} is not a git repository with a commit; what is committed there is what counts.`);
  });
  await requireWhole(dir);
  const branch = await answer(dir, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
  return { branch: branch || "main", notes: await notesOn(dir, branch) };
}

/** What a repository in this folder is called, as GitHub allows it. */
export function nameOfRepository(dir: string): string {
  const name = basename(resolve(dir)).replaceAll(/[^A-Za-z0-9._-]/g, "-");
  return name.replace(/\.git$/, "") || "repository";
}

/** The text of a file at HEAD; null where there is none. */
export function showAtHead(dir: string, path: string): Promise<string | null> {
  return git(dir, ["show", `HEAD:${path}`]).catch(() => null);
}

async function requireWhole(dir: string): Promise<void> {
  const inside = await answer(dir, ["rev-parse", "--show-prefix"]);
  if (inside !== "") {
    const root = await answer(dir, ["rev-parse", "--show-toplevel"]);
    throw invalid(`${dir} is a folder within the repository ${root}; a loop works on a whole one: --repo ${root}`);
  }
  if ((await answer(dir, ["rev-parse", "--is-shallow-repository"])) === "true") {
    throw invalid(
      `${dir} is a shallow clone, which lacks most of its history. Run \`git fetch --unshallow\` in it first.`,
    );
  }
  if ((await answer(dir, ["rev-parse", "--show-object-format"])) === "sha256") {
    throw invalid(`${dir} names its objects by SHA-256, which neither GitHub nor Loopgate takes yet; SHA-1 is needed.`);
  }
  if ((await answer(dir, ["config", "--get-regexp", String.raw`^remote\..*\.promisor$`, "true"])) !== "") {
    throw invalid(
      `${dir} is a partial clone, which lacks files that git fetches when they are needed. Name a full clone: \`git clone\` without --filter.`,
    );
  }
}

async function notesOn(dir: string, branch: string): Promise<string[]> {
  const commit = (await answer(dir, ["rev-parse", "--short", "HEAD"])) || "HEAD";
  const changed = (await answer(dir, ["status", "--porcelain"])).split("\n").filter((line) => line !== "").length;
  const links = (await answer(dir, ["ls-tree", "-r", "HEAD"])).split("\n").filter((line) => line.startsWith("160000 "));
  const usesLfs = (await answer(dir, ["grep", "-l", "filter=lfs", "HEAD", "--", "*.gitattributes"])) !== "";
  const files = (count: number) => (count === 1 ? "1 file" : `${count} files`);
  return [
    ...(branch === "" ? [`HEAD is on no branch, so that the copy's is called main.`] : []),
    ...(changed === 0
      ? []
      : [`What is not committed stays out of the copy: ${files(changed)}; what counts is ${commit}.`]),
    ...(links.length === 0
      ? []
      : [
          `Submodules are empty in the copy: ${links
            .map((line) => line.slice(line.indexOf("\t") + 1))
            .slice(0, 5)
            .join(", ")}.`,
        ]),
    ...(usesLfs ? ["Files that git LFS keeps are pointers in the copy, not their content."] : []),
  ];
}

/** What git says, trimmed; nothing where it fails. */
async function answer(dir: string, args: readonly string[]): Promise<string> {
  return (await git(dir, args).catch(() => "")).trim();
}

/** The repository may belong to somebody else, and its index is not refreshed. */
async function git(dir: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0" };
  const options = { env, maxBuffer: 256 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)("git", ["-c", "safe.directory=*", "-C", dir, ...args], options);
  return stdout;
}

function invalid(message: string): Fault {
  return new Fault(message, { kind: "invalid", retry: "never" });
}
