// Archives of packages for apt, read-only: https://wiki.debian.org/DebianRepository/Format
// Clients ask for them by the addresses in their own lists of sources, as they ask a proxy, so an image's lists stay as they are.

import type { Ask, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum, sumOf } from "../sums.ts";
import { timeIn } from "../texts.ts";
import { type Listed, type Listing, readListing } from "./listed.ts";
import { type AptPath, hasPackages, readAptPath } from "./path.ts";
import { isRelease, sumInRelease } from "./release.ts";

/** The protocol, before all archives that the operator names. */
export function aptProtocol(parts: ProtocolParts): Protocol {
  const { upstream } = parts;
  const archives = [upstream.url, ...(upstream.also ?? [])].map((url): Archive => {
    const own = { ...parts, upstream: { url, token: upstream.token } };
    return { url: new URL(url), parts: own, shelf: shelfOf("apt", own), listings: listingsOf() };
  });
  const seen = new WeakMap<object, Map<Archive, Seen>>();
  const seenBy = (run: object, archive: Archive): Seen => {
    const all = seen.get(run) ?? new Map<Archive, Seen>();
    const own = all.get(archive) ?? { suites: new Set<string>(), indexes: new Map<string, string>() };
    seen.set(run, all.set(archive, own));
    return own;
  };
  return {
    name: "apt",
    strays: () => false,
    proxies: (target) => placeOf(archives, target) !== null,
    refusal: (sentence) => ({ type: "text/plain; charset=utf-8", body: `${sentence}\n` }),
    async answer(ask) {
      const place = placeOf(archives, ask.target);
      const asked = place === null ? null : readAptPath(place.path);
      if (place === null || asked === null)
        throw new Refused(404, "This is nothing that an archive for apt gives here.");
      return replyTo({ ...place.archive, seen: seenBy(ask.run, place.archive) }, ask, asked);
    },
  };
}

interface Archive {
  readonly url: URL;
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
  readonly listings: Listings;
}

/** What one run was given of an archive: it is told of packages by no other index, for another run's may be of another time. */
interface Seen {
  readonly suites: Set<string>;
  /** Sums of indexes, each with the folder that it was asked for in. */
  readonly indexes: Map<string, string>;
}

type Of = Archive & { readonly seen: Seen };

/** Whose it is, and what stands after the archive's own address; not decoded. Null: of no archive. */
function placeOf(archives: readonly Archive[], target: string) {
  if (!URL.canParse(target)) return null;
  const { origin, pathname } = new URL(target);
  const archive = archives.find(
    ({ url }) => url.origin === origin && pathname.startsWith(`${url.pathname.replace(/\/$/, "")}/`),
  );
  return archive === undefined
    ? null
    : { archive, path: pathname.slice(archive.url.pathname.replace(/\/$/, "").length) };
}

async function replyTo(of: Of, { rules }: Ask, asked: AptPath): Promise<Reply> {
  if (asked.kind === "release") return releaseReply(of, asked);
  if (asked.kind === "by_hash") return indexReply(of, asked);
  if (asked.kind === "package") return packageReply(of, rules, asked.path);
  const folder = asked.path.split("/").slice(0, -1).join("/");
  return indexReply(of, { folder, path: asked.path, sum: await namedSum(of, asked.path) });
}

function urlOf({ parts }: Archive, path: string): URL {
  return new URL(`${parts.upstream.url}/${path.split("/").map(encodeURIComponent).join("/")}`);
}

/** To the byte as the archive has it: it is signed. */
async function releaseReply(of: Of, { suite, path }: Extract<AptPath, { kind: "release" }>): Promise<Reply> {
  const body = await release(of, path);
  of.seen.suites.add(suite);
  return { type: "text/plain", body, fetched: null };
}

function release(of: Archive, path: string): Promise<Buffer> {
  return of.shelf.document(
    { words: ["release", path], url: urlOf(of, path), what: path, headers: {} },
    (text, _, raw) => {
      if (!isRelease(path, text)) throw new Refused(422, `The registry's answer about ${path} is no list of a suite.`);
      return raw;
    },
  );
}

/** The sum by which a suite that the run has asked about names an index. */
async function namedSum(of: Of, path: string): Promise<string> {
  for (const suite of of.seen.suites) {
    const folder = `dists/${suite}/`;
    if (!path.startsWith(folder)) continue;
    for (const list of ["InRelease", "Release"]) {
      const text = await release(of, `${folder}${list}`).catch(unlessMissing);
      const sum = text === null ? null : sumInRelease(text.toString("utf8"), path.slice(folder.length));
      if (sum !== null) return sum;
    }
  }
  throw new Refused(404, `No suite that this run has asked about names ${path}.`);
}

function unlessMissing(error: unknown): null {
  if (error instanceof Refused && error.status === 404) return null;
  throw error;
}

/** Kept by its sum alone: whichever suite, client or time it is asked for by. */
function indexFile(of: Archive, path: string, sum: string) {
  return of.shelf.file({ words: ["sum", sum], what: path }, async () => ({
    url: urlOf(of, path),
    verify: (made) => checkSum(made, path, sumOf("sha256", sum)),
  }));
}

async function indexReply(of: Of, { folder, path, sum }: Omit<Extract<AptPath, { kind: "by_hash" }>, "kind">) {
  const { file, note } = await indexFile(of, path, sum);
  if (hasPackages(folder)) of.seen.indexes.set(sum, path);
  return { type: "application/octet-stream", body: { file, bytes: note.bytes }, fetched: null };
}

async function packageReply(of: Of, rules: Ask["rules"], path: string): Promise<Reply> {
  const { name, version, sum } = await listed(of, path);
  requireName(name, rules);
  const what = `${name} ${version}`;
  const { file, note } = await of.shelf.file({ words: ["sum", sum], what }, async () => ({
    url: urlOf(of, path),
    verify: (made) => checkSum(made, what, sumOf("sha256", sum)),
  }));
  const publishedAt = timeIn(note.facts.modified);
  const problem = youthProblem({ name, version, publishedAt }, rules, of.parts.now());
  if (problem !== null) {
    await file.close();
    throw new Refused(403, problem);
  }
  return {
    type: "application/vnd.debian.binary-package",
    body: { file, bytes: note.bytes },
    fetched: { protocol: "apt", name, version, publishedAt, isNew: !rules.known.has(name) },
  };
}

/** What the indexes that the run was given say of a file, the latest first. */
async function listed(of: Of, path: string): Promise<Listed> {
  for (const [sum, index] of [...of.seen.indexes].reverse()) {
    const found = (
      await of.listings(sum, async () => {
        const { file } = await indexFile(of, index, sum);
        return readListing(file, index);
      })
    ).get(path);
    if (found !== undefined) return found;
  }
  throw new Refused(404, `No index that this run was given names ${path}: \`apt-get update\` comes first.`);
}

type Listings = (sum: string, read: () => Promise<Listing>) => Promise<Listing>;

/** Indexes that were read stay in memory, so many of them: one of a whole release is some 20 MB. */
const mostListings = 6;

function listingsOf(): Listings {
  const read = new Map<string, Promise<Listing>>();
  return (sum, work) => {
    const there = read.get(sum) ?? work();
    read.delete(sum);
    read.set(sum, there); // the one used longest ago stands first
    there.catch(() => read.delete(sum));
    const [oldest] = read.keys();
    if (read.size > mostListings && oldest !== undefined) read.delete(oldest);
    return there;
  };
}
