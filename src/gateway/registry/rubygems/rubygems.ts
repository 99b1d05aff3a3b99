// RubyGems' compact index, read-only, as Bundler reads it: https://guides.rubygems.org/rubygems-org-compact-index-api/

import { z } from "zod";
import { parseJson } from "../../../base/parse-json.ts";
import type { Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, nameRefusal, type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum, sumOf } from "../sums.ts";
import { refuseWebPage, timeIn } from "../texts.ts";
import { type GemName, type GemPath, isVersion, readGemPath } from "./path.ts";

const plain = "text/plain; charset=utf-8";

/** The protocol, before one registry. */
export function rubygemsProtocol(parts: ProtocolParts): Protocol {
  const gems = { parts, shelf: shelfOf("rubygems", parts) };
  return {
    name: "rubygems",
    strays: () => false,
    refusal: (sentence) => ({ type: plain, body: `${sentence}\n` }),
    async answer({ path, rules }) {
      const asked = readGemPath(path);
      if (asked === null) throw new Refused(404, "This is nothing that a compact index of gems gives.");
      if (asked.kind === "versions") return versionsReply(gems);
      return asked.kind === "info" ? infoReply(gems, rules, asked.name) : gemReply(gems, rules, asked);
    },
  };
}

interface Gems {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

/** The names of all gems, by which Bundler knows what it may ask about. It is as the registry has it, whatever policy says of a name. */
async function versionsReply({ parts, shelf }: Gems): Promise<Reply> {
  const what = "the list of all gems";
  const asked = { words: ["versions"], url: new URL(`${parts.upstream.url}/versions`), what, headers: {} };
  const body = await shelf.document(asked, (text) => {
    refuseWebPage(text, what);
    if (!/^---\r?$/m.test(text.slice(0, 4096)))
      throw new Refused(422, `The registry's answer about ${what} is no compact index.`);
    return Buffer.from(text);
  });
  return { type: plain, body, fetched: null };
}

interface Release {
  /** With its platform, as in the name of its file. */
  readonly version: string;
  /** SHA-256 in hexadecimal, as the registry states it; empty: it states none. */
  readonly sum: string;
  /** As the registry has it. */
  readonly line: string;
}

function releases<T>({ parts, shelf }: Gems, name: string, read: (found: readonly Release[]) => T): Promise<T> {
  const url = new URL(`${parts.upstream.url}/info/${name}`);
  return shelf.document({ words: ["info", name], url, what: name, headers: {} }, (text) => read(readInfo(text, name)));
}

/** Throws `Refused` where the answer is no gem's index. */
function readInfo(text: string, name: string): readonly Release[] {
  refuseWebPage(text, name);
  const [head = "", ...lines] = text.split(/\r?\n/);
  if (head !== "---") throw new Refused(422, `The registry's answer about ${name} is no gem's index.`);
  return lines.filter((line) => line !== "").map((line) => readLine(line, name));
}

function readLine(line: string, name: string): Release {
  const [, version = "", terms = ""] = /^(\S+) [^|]*\|(.*)$/.exec(line) ?? [];
  if (!isVersion(version)) throw new Refused(422, `The registry's answer about ${name} is no gem's index.`);
  const [, sum = ""] = /(?:^|,)checksum:([^,]*)/.exec(terms) ?? [];
  return { version, sum: sum.trim(), line };
}

const Versions = z.array(
  z.looseObject({ number: z.string(), platform: z.string().nullish(), created_at: z.string().nullish() }),
);

/**
 * When each version was published, which the compact index does not tell but RubyGems.org's other interface does:
 * https://guides.rubygems.org/rubygems-org-api/#gem-version-methods. Of a registry without it, nothing.
 */
async function timesOf({ parts, shelf }: Gems, name: string): Promise<ReadonlyMap<string, number | null>> {
  const url = new URL(`${parts.upstream.url}/api/v1/versions/${name}.json`);
  const asked = { words: ["times", name], url, what: `${name}'s times`, headers: {} };
  try {
    return await shelf.document(asked, (text) => {
      const found = Versions.safeParse(parseJson(text)).data ?? [];
      return new Map(
        found.map(({ number, platform, created_at }) => [
          (platform ?? "ruby") === "ruby" ? number : `${number}-${platform}`,
          timeIn(created_at),
        ]),
      );
    });
  } catch (error) {
    if (error instanceof Refused) return new Map();
    throw error;
  }
}

async function infoReply(gems: Gems, rules: PackageRules, name: string): Promise<Reply> {
  requireName(name, rules);
  const found = await releases(gems, name, (all) => all);
  const times = rules.minimumAgeMs === 0 ? new Map() : await timesOf(gems, name);
  const now = gems.parts.now();
  const of = ({ version }: Release) => ({ name, version, publishedAt: times.get(version) ?? null });
  const seen = found.filter((one) => !isTooYoung(of(one), rules, now));
  return { type: plain, body: Buffer.from(["---", ...seen.map(({ line }) => line), ""].join("\n")), fetched: null };
}

/** A gem, checked against what the index states. */
async function gemReply(
  gems: Gems,
  rules: PackageRules,
  { file, readings }: Extract<GemPath, { readonly kind: "gem" }>,
): Promise<Reply> {
  const { name, version, sum } = await releaseOf(gems, rules, file, readings);
  const isNew = !rules.known.has(name);
  const times = isNew || rules.minimumAgeMs > 0 ? await timesOf(gems, name) : new Map();
  const publishedAt = times.get(version) ?? null;
  const problem = youthProblem({ name, version, publishedAt }, rules, gems.parts.now());
  if (problem !== null) throw new Refused(403, problem);
  const what = `${name} ${version}`;
  const found = await gems.shelf.file({ words: ["gem", file, sum], what }, async () => ({
    url: new URL(`${gems.parts.upstream.url}/gems/${file}`),
    verify: (path) => checkSum(path, what, sumOf("sha256", sum)),
  }));
  return {
    type: "application/octet-stream",
    body: { file: found.file, bytes: found.note.bytes },
    fetched: { protocol: "rubygems", name, version, publishedAt, isNew },
  };
}

/** Which gem a file is, of those that its name can stand for: the one whose index has it. Throws `Refused` where none that policy lets has. */
async function releaseOf(gems: Gems, rules: PackageRules, file: string, readings: readonly GemName[]) {
  const refusals = readings.map(({ name }) => nameRefusal(name, rules));
  const permitted = readings.filter((_, at) => refusals[at] === null);
  if (permitted.length === 0) throw refusals[0] ?? new Refused(404, `The registry has no ${file}.`);
  for (const { name, version } of permitted) {
    const release = await releaseIn(gems, name, version);
    if (release !== undefined) return { name, ...release };
  }
  throw new Refused(404, `The registry has no ${file}.`);
}

/** Undefined: the registry has no such version, or no such gem. */
async function releaseIn(gems: Gems, name: string, version: string): Promise<Release | undefined> {
  try {
    return await releases(gems, name, (found) => found.find((one) => one.version === version));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}
