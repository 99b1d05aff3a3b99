// What every commit of a loop says below its message: whose task it is, which attempt's, and for whom.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { readObjects } from "./object-reader.ts";
import { oddityOf } from "./raw-commit.ts";

/** Of a run: lines such as `Loop-Task: acme/shop#12`, and whether each commit is also to bear its author's sign-off. */
export interface Trailers {
  readonly lines: readonly string[];
  readonly signOff: boolean;
}

export interface TrailerRequest {
  readonly gitDir: string;
  /** Full ids: the run began at `from` and pushed `head`. */
  readonly from: string;
  readonly head: string;
  readonly trailers: Trailers;
  /** A run of more commits is left as it is. */
  readonly most: number;
}

/**
 * Makes the run's own commits anew with the trailers they lack, in a repository that no container can write, and gives each
 * one's id by the one it had: the same commits always give the same. They are those from
 * `head` back to `from` by first parents; what a merge brings in is not the run's. Where one is no ordinary commit, or they do
 * not come to `from`, all stay as they are: that is refused later. No git process but the one that reads objects. Throws `Fault`.
 */
export async function addTrailers({
  gitDir,
  from,
  head,
  trailers,
  most,
}: TrailerRequest): Promise<ReadonlyMap<string, string>> {
  const own = await ownCommits(gitDir, { from, head, most });
  const made = new Map<string, string>();
  if (own === null) return made;
  for (const { id, text } of own.toReversed()) {
    const anew = rewritten(text, made, trailers);
    made.set(id, anew === text ? id : await writeCommit(gitDir, anew));
  }
  return made;
}

interface OwnCommit {
  readonly id: string;
  readonly text: string;
}

/** Newest first; null where there is one that cannot be made anew. */
async function ownCommits(
  gitDir: string,
  { from, head, most }: Pick<TrailerRequest, "from" | "head" | "most">,
): Promise<readonly OwnCommit[] | null> {
  const own: OwnCommit[] = [];
  for (let at: string | undefined = head; at !== undefined && at !== from; ) {
    const [sized] = await readObjects(gitDir, "sizes", [at]);
    if (own.length >= most || sized?.type !== "commit" || sized.size > mostBytes) return null;
    const [found] = await readObjects(gitDir, "contents", [at]);
    if (!found || oddityOf(found.content) !== null) return null;
    const text = found.content.toString("utf8");
    own.push({ id: at, text });
    at = parentsOf(text)[0];
    if (at === undefined) return null;
  }
  return own;
}

/** A commit of more bytes is refused as a message that nobody reads. */
const mostBytes = 256 * 1024;

function parentsOf(text: string): string[] {
  const head = text.slice(0, text.indexOf("\n\n"));
  return [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id]) => id ?? "");
}

function rewritten(text: string, made: ReadonlyMap<string, string>, { lines, signOff }: Trailers): string {
  const end = text.indexOf("\n\n");
  const head = text.slice(0, end).replace(/^parent ([0-9a-f]+)$/gm, (_, id: string) => `parent ${made.get(id) ?? id}`);
  const [, author = ""] = /^author (.*>) \d+ \S+$/m.exec(head) ?? [];
  const wanted = signOff && author !== "" ? [...lines, `Signed-off-by: ${author}`] : lines;
  return `${head}\n\n${withTrailers(text.slice(end + 2), wanted)}`;
}

/** Lines of the loop's own that say something else: an agent may have written any. */
const ours = /^Loop-(?:Task|Attempt):/i;

/** A trailer, or the rest of one on a line of its own. */
const trailer = /^(?:[A-Za-z0-9][A-Za-z0-9-]*: \S|[ \t]+\S)/;

/** The message with these as its last lines, each once; those of `Loop-…` that it had before are gone. Pure. */
export function withTrailers(message: string, lines: readonly string[]): string {
  const paragraphs = message.trimEnd().split(/\n{2,}/);
  const last = (paragraphs.at(-1) ?? "").split("\n");
  const hasBlock = paragraphs.length > 1 && last.every((line) => trailer.test(line));
  const kept = hasBlock ? last.filter((line) => !ours.test(line) || lines.includes(line)) : [];
  const added = lines.filter((line) => !kept.some((one) => one.toLowerCase() === line.toLowerCase()));
  if (hasBlock && added.length === 0 && kept.length === last.length) return message;
  const text = hasBlock ? paragraphs.slice(0, -1) : paragraphs;
  return `${[...text, [...kept, ...added].join("\n")].join("\n\n")}\n`;
}

const deflated = promisify(deflate);

/** Writes the object as git would, loose; what is there already stays. */
async function writeCommit(gitDir: string, text: string): Promise<string> {
  const body = Buffer.from(text);
  const whole = Buffer.concat([Buffer.from(`commit ${body.length}\0`), body]);
  const id = createHash("sha1").update(whole).digest("hex");
  const folder = join(gitDir, "objects", id.slice(0, 2));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = join(folder, `tmp_obj_${randomUUID()}`);
  await writeFile(aside, await deflated(whole), { mode: 0o444 });
  await rename(aside, join(folder, id.slice(2)));
  return id;
}
