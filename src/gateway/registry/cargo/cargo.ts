// Cargo's sparse registries, read-only: https://doc.rust-lang.org/cargo/reference/registry-index.html#sparse-protocol

import { z } from "zod";
import { parseJson } from "../../../base/parse-json.ts";
import type { Ask, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum, sumOf } from "../sums.ts";
import { refuseWebPage, timeIn } from "../texts.ts";
import { indexPath, prefixOf, readCargoPath } from "./path.ts";

const plain = "text/plain; charset=utf-8";

/** The protocol, before one registry. */
export function cargoProtocol(parts: ProtocolParts): Protocol {
  const cargo = { parts, shelf: shelfOf("cargo", parts) };
  return {
    name: "cargo",
    normalName,
    strays: () => false,
    refusal: (sentence) => ({ type: plain, body: `${sentence}\n` }),
    async answer(ask) {
      const asked = readCargoPath(ask.path);
      if (asked === null) throw new Refused(404, "This is nothing that a registry of crates gives.");
      if (asked.kind === "config") return configReply(ask);
      const { rules } = ask;
      requireName(normalName(asked.name), rules);
      return asked.kind === "index" ? indexReply(cargo, rules, asked.name) : crateReply(cargo, rules, asked);
    },
  };
}

interface Cargo {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

/** No registry has two crates that differ by these alone. */
function normalName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** Crates are fetched here; there is nothing to log in to, to publish to or to search. */
function configReply({ base }: Ask): Reply {
  return { type: "application/json", body: Buffer.from(JSON.stringify({ dl: `${base}/crates` })), fetched: null };
}

/** One line of the index; what it says besides is for the client. */
const Line = z.looseObject({
  name: z.string(),
  vers: z.string(),
  cksum: z.string(),
  pubtime: z.string().optional(), // when it was published, where the registry says so
});

interface Release {
  readonly version: string;
  readonly sum: string;
  readonly publishedAt: number | null;
  /** As the registry has it. */
  readonly line: string;
}

function releases<T>({ parts, shelf }: Cargo, name: string, read: (found: readonly Release[]) => T): Promise<T> {
  const url = new URL(`${parts.upstream.url}/${indexPath(name)}`);
  const asked = { words: ["index", name.toLowerCase()], url, what: name, headers: {} };
  return shelf.document(asked, (text) => read(readIndex(text, name)));
}

/** Throws `Refused` where the answer is no crate's index, or another's. */
function readIndex(text: string, name: string): readonly Release[] {
  refuseWebPage(text, name);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const read = Line.safeParse(parseJson(line));
    if (!read.success) throw new Refused(422, `The registry's answer about ${name} is no crate's index.`);
    if (normalName(read.data.name) !== normalName(name))
      throw new Refused(422, `Asked about ${name}, the registry answers about another crate.`);
    const { vers, cksum, pubtime } = read.data;
    return { version: vers, sum: cksum, publishedAt: timeIn(pubtime), line };
  });
}

function indexReply(cargo: Cargo, rules: PackageRules, name: string): Promise<Reply> {
  return releases(cargo, name, (found) => {
    const now = cargo.parts.now();
    const of = (one: Release) => ({ name: normalName(name), version: one.version, publishedAt: one.publishedAt });
    const seen = found.filter((one) => !isTooYoung(of(one), rules, now));
    return { type: plain, body: Buffer.from(seen.map(({ line }) => `${line}\n`).join("")), fetched: null };
  });
}

/** A crate, checked against what the index states. */
async function crateReply(
  cargo: Cargo,
  rules: PackageRules,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<Reply> {
  const release = await releases(cargo, name, (found) => found.find((one) => one.version === version) ?? null);
  if (release === null) throw new Refused(404, `The registry has no ${name} ${version}.`);
  const { publishedAt, sum } = release;
  const known = { name: normalName(name), version, publishedAt };
  const problem = youthProblem(known, rules, cargo.parts.now());
  if (problem !== null) throw new Refused(403, problem);
  const what = `${name} ${version}`;
  const found = await cargo.shelf.file({ words: ["crate", name, version, sum], what }, async () => ({
    url: await placeOf(cargo, name, version, sum),
    verify: (path) => checkSum(path, what, sumOf("sha256", sum)),
  }));
  const isNew = !rules.known.has(known.name);
  return {
    type: "application/octet-stream",
    body: { file: found.file, bytes: found.note.bytes },
    fetched: { protocol: "cargo", name, version, publishedAt, isNew },
  };
}

const Config = z.looseObject({ dl: z.string().max(2048), "auth-required": z.boolean().optional() });

/** Where the registry's own configuration says that its crates are. */
async function placeOf({ parts, shelf }: Cargo, name: string, version: string, sum: string): Promise<URL> {
  const what = "configuration";
  const asked = { words: ["config"], url: new URL(`${parts.upstream.url}/config.json`), what, headers: {} };
  const dl = await shelf.document(asked, (text) => {
    const read = Config.safeParse(parseJson(text));
    if (!read.success) throw new Refused(422, "The registry's answer about its configuration is none.");
    return read.data.dl;
  });
  const marks: Readonly<Record<string, string>> = {
    "{crate}": name,
    "{version}": version,
    "{prefix}": prefixOf(name),
    "{lowerprefix}": prefixOf(name.toLowerCase()),
    "{sha256-checksum}": sum,
  };
  const isTemplate = Object.keys(marks).some((mark) => dl.includes(mark));
  const address = isTemplate
    ? dl.replace(/\{[a-z0-9-]+\}/g, (mark) => marks[mark] ?? mark)
    : `${dl}/${name}/${encodeURIComponent(version)}/download`;
  if (!URL.canParse(address)) throw new Refused(422, "The registry says no address for its crates.");
  return new URL(address);
}
