// A small world for git tests: a repository that stands for GitHub's, plain git for the agent's side, plumbing for odd trees.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** The agent's and the maintainer's git: real, plain, and blind to this machine's own configuration. */
const plain = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Loop",
  GIT_AUTHOR_EMAIL: "loop@example.org",
  GIT_COMMITTER_NAME: "Loop",
  GIT_COMMITTER_EMAIL: "loop@example.org",
  LC_ALL: "C",
};

/** Runs git and returns its output; throws with git's complaint when it fails. */
export function git(dir: string, args: readonly string[], input: string | Buffer = "", env = {}): string {
  return execFileSync("git", ["-C", dir, ...args], {
    input,
    env: { ...plain, ...env },
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

/** Runs git without blocking this process, which may be its server; returns how it ended and what it printed. */
export function tryGit(dir: string, args: readonly string[], env = {}): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...plain, ...env }, maxBuffer: 1 << 26 };
    execFile("git", ["-C", dir, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr });
    });
  });
}

/** A folder of this test's own, short enough for sockets, removed with the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), "lg-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface Origin {
  readonly dir: string;
  readonly url: string;
  readonly base: string;
}

/** A bare repository with one commit on `main`: `README.md`, `src/a.txt`, `bin/run` (executable). */
export function anOrigin(root: string): Origin {
  const dir = join(root, "origin.git");
  git(root, ["init", "-q", "--bare", "-b", "main", dir]);
  const base = commit(dir, {
    tree: treeOf(dir, {
      "README.md": "hello\n",
      src: { "a.txt": "one\ntwo\nthree\n" },
      bin: { run: { mode: "100755", text: "#!/bin/sh\n" } },
    }),
    message: "Begin",
  });
  git(dir, ["update-ref", "refs/heads/main", base]);
  return { dir, url: `file://${dir}`, base };
}

export type Leaf =
  | string
  | { readonly mode: string; readonly text: string }
  | { readonly mode: string; readonly id: string };
export interface Tree {
  readonly [name: string]: Leaf | Tree;
}

/** Writes a tree by plumbing, any name and mode allowed, also those that git itself would refuse to check out. */
export function treeOf(dir: string, tree: Tree): string {
  const entries = Object.entries(tree).map(([name, entry]) => {
    const [mode, id] = entryOf(dir, entry);
    return { name: Buffer.from(name), mode, id, order: mode === "40000" ? `${name}/` : name };
  });
  entries.sort((a, b) => (a.order < b.order ? -1 : 1));
  const bytes = entries.map(({ name, mode, id }) => {
    return Buffer.concat([Buffer.from(`${mode} `), name, Buffer.from([0]), Buffer.from(id, "hex")]);
  });
  return git(dir, ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], Buffer.concat(bytes));
}

function entryOf(dir: string, entry: Leaf | Tree): [mode: string, id: string] {
  if (typeof entry === "string") return ["100644", blob(dir, entry)];
  if (!("mode" in entry) || typeof entry.mode !== "string") return ["40000", treeOf(dir, entry as Tree)];
  const leaf = entry as { mode: string; text?: string; id?: string };
  return [leaf.mode, leaf.id ?? blob(dir, leaf.text ?? "")];
}

export function blob(dir: string, content: string | Buffer): string {
  return git(dir, ["hash-object", "-w", "--stdin"], content);
}

/** Writes a commit; without `parent` it begins a history. */
export function commit(
  dir: string,
  {
    tree,
    parents = [],
    message = "Work",
    env = {},
  }: { tree: string; parents?: string[]; message?: string; env?: object },
): string {
  return git(dir, ["commit-tree", tree, ...parents.flatMap((each) => ["-p", each]), "-F", "-"], message, env);
}

/** A loopback port that leads to a Unix socket, as the relay in the run's network namespace does. */
export async function relayTo(socketPath: string): Promise<string> {
  const server = createServer((inside) => {
    const outside = connect(socketPath);
    inside.pipe(outside).pipe(inside);
    inside.on("error", () => outside.destroy());
    outside.on("error", () => inside.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
