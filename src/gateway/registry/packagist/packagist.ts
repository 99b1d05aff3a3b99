// Composer repositories, read-only: https://getcomposer.org/doc/05-repositories.md#composer

import { z } from "zod";
import { parseJson } from "../../../base/parse-json.ts";
import type { Ask, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum, sumOf } from "../sums.ts";
import { type Dist, type Release, readReleases } from "./metadata.ts";
import { readPackagistPath } from "./path.ts";

const json = "application/json";

/** The protocol, before one repository. */
export function packagistProtocol(parts: ProtocolParts): Protocol {
  const packagist = { parts, shelf: shelfOf("packagist", parts) };
  return {
    name: "packagist",
    normalName: (name) => name.toLowerCase(),
    strays: () => false,
    refusal: (sentence) => ({ type: "text/plain; charset=utf-8", body: `${sentence}\n` }),
    async answer(ask) {
      const asked = readPackagistPath(ask.path);
      if (asked === null) throw new Refused(404, "This is nothing that a repository of Composer's gives.");
      if (asked.kind === "root") return document({ packages: [], "metadata-url": `${ask.base}/p2/%package%.json` });
      requireName(asked.name, ask.rules);
      if (asked.kind === "file") return fileReply(packagist, ask.rules, asked.name, asked.version);
      if (asked.branches)
        throw new Refused(404, `Branches of ${asked.name} change from day to day, and are not given here.`);
      return packageReply(packagist, ask, asked.name);
    },
  };
}

interface Packagist {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

function document(body: object): Reply {
  return { type: json, body: Buffer.from(JSON.stringify(body)), fetched: null };
}

const Root = z.looseObject({ "metadata-url": z.string().max(2048) });

/** Where the repository says what there is of a package. */
async function addressOf({ parts, shelf }: Packagist, name: string): Promise<URL> {
  const what = "the list of where its packages are";
  const url = new URL(`${parts.upstream.url}/packages.json`);
  const template = await shelf.document({ words: ["root"], url, what, headers: {} }, (text) => {
    const read = Root.safeParse(parseJson(text));
    if (!read.success) throw new Refused(422, "The registry is no repository of Composer's second protocol.");
    return read.data["metadata-url"];
  });
  const address = template.replace("%package%", name);
  if (!URL.canParse(address, `${parts.upstream.url}/`))
    throw new Refused(422, `The registry names no address for ${name}.`);
  return new URL(address, `${parts.upstream.url}/`);
}

async function releases<T>(packagist: Packagist, name: string, read: (all: readonly Release[]) => T): Promise<T> {
  const url = await addressOf(packagist, name);
  const asked = { words: ["package", name], url, what: name, headers: {} };
  return packagist.shelf.document(asked, (text) => read(readReleases(text, name)));
}

/** Versions that may be seen, each with its file at the door and nowhere else. */
function packageReply(packagist: Packagist, { rules, base }: Ask, name: string): Promise<Reply> {
  const now = packagist.parts.now();
  return releases(packagist, name, (all) => {
    const seen = all.filter(({ version, publishedAt }) => !isTooYoung({ name, version, publishedAt }, rules, now));
    const shown = seen.map(({ version, dist, entry }) => {
      const { source: _, ...rest } = entry; // a repository of git that no run reaches
      return { ...rest, dist: { ...dist, url: `${base}/files/${name}/${version}.${dist.type}` } };
    });
    return document({ packages: { [name]: shown } });
  });
}

/** A version's file, checked against what the repository states of it. */
async function fileReply(packagist: Packagist, rules: PackageRules, name: string, version: string): Promise<Reply> {
  const { shelf, parts } = packagist;
  const found = await releases(packagist, name, (all) => all.find((one) => one.version === version) ?? null);
  if (found === null) throw new Refused(404, `The registry has no file of ${name} ${version}.`);
  const { dist, publishedAt } = found;
  const problem = youthProblem({ name, version, publishedAt }, rules, parts.now());
  if (problem !== null) throw new Refused(403, problem);
  const what = `${name} ${version}`;
  const made = await shelf.file(
    { words: ["file", name, version, dist.shasum ?? "", dist.reference ?? ""], what },
    async () => {
      if (!URL.canParse(dist.url)) throw new Refused(422, `The registry names no address for ${what}.`);
      return { url: new URL(dist.url), verify: (path) => verify(path, what, dist) };
    },
  );
  return {
    type: "application/octet-stream",
    body: { file: made.file, bytes: made.note.bytes },
    fetched: { protocol: "packagist", name, version, publishedAt, isNew: !rules.known.has(name) },
  };
}

/**
 * Most packages on packagist.org are archives that GitHub makes of a commit, and for those the repository states no sum: what such an
 * address gives is as certain as the commit that it names, and is kept for that commit. Whatever else has no sum is not given.
 */
async function verify(path: string, what: string, { shasum, reference, url }: Dist): Promise<void> {
  const isOfCommit =
    /^[0-9a-f]{40}$/.test(reference ?? "") && url.startsWith("https://") && url.includes(reference ?? "");
  if ((shasum ?? "") === "" && isOfCommit) return;
  await checkSum(path, what, sumOf("sha1", shasum ?? ""));
}
