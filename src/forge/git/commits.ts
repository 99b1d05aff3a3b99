// Commits of a bare repository as plain records.
import { isLasting, lastingGit } from "./lasting.ts";
import { isObjectId, readLoose } from "./objects.ts";
import { git } from "./run.ts";

export interface Signed {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, in UTC. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signed;
  readonly committer: Signed;
  readonly message: string;
}

const format = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01";

/** Commits that `git log` with these arguments lists, newest first. */
export async function log(dir: string, args: readonly string[]): Promise<Commit[]> {
  const whole = ["log", `--format=${format}`, ...args];
  const lasts = isLasting(args) ? await lastingGit(dir, whole) : null;
  const out = lasts?.code === 0 ? lasts.stdout.toString() : await git(dir, whole);
  return out
    .split("\x01")
    .map((entry) => entry.replace(/^\n/, ""))
    .filter(Boolean)
    .map(parseCommit);
}

/** The commit of that id or name. Throws a `Fault` when there is none. */
export async function readCommit(dir: string, sha: string): Promise<Commit | undefined> {
  const loose = await looseCommit(dir, sha);
  if (loose) return loose;
  return (await log(dir, ["-n", "1", sha, "--"]))[0];
}

/** The commit of that id, if it lies loose and says nothing that only git can read. */
export async function looseCommit(dir: string, sha: string): Promise<Commit | undefined> {
  const object = isObjectId(sha) ? await readLoose(dir, sha) : undefined;
  return object?.type === "commit" ? parseObject(sha, object.body.toString()) : undefined;
}

function parseObject(sha: string, text: string): Commit | undefined {
  const [head = "", ...rest] = text.split("\n\n");
  const fields = head.split("\n");
  const valuesOf = (name: string) =>
    fields.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  const [author, committer] = [signedBy(valuesOf("author")[0]), signedBy(valuesOf("committer")[0])];
  if (!author || !committer || valuesOf("encoding").length > 0) return undefined;
  const message = (rest.join("\n\n").split("\0")[0] ?? "").replace(/\n+$/, "");
  return { sha, tree: valuesOf("tree")[0] ?? "", parents: valuesOf("parent"), author, committer, message };
}

function signedBy(line = ""): Signed | undefined {
  const [, name, email, at] = /^([^<>]*)<([^<>]*)> (\d{1,11}) [+-]\d{4}$/.exec(line) ?? [];
  if (name === undefined || email === undefined || at === undefined) return undefined;
  return { name: name.trimEnd(), email, date: instant(at) };
}

function parseCommit(entry: string): Commit {
  const [sha, tree, parents, an, ae, at, cn, ce, ct, message] = entry.split("\0") as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    sha,
    tree,
    parents: parents.split(" ").filter(Boolean),
    author: { name: an, email: ae, date: instant(at) },
    committer: { name: cn, email: ce, date: instant(ct) },
    message: message.replace(/\n+$/, ""),
  };
}

const instant = (seconds: string) => new Date(Number(seconds) * 1_000).toISOString().replace(/\.\d+Z$/, "Z");
