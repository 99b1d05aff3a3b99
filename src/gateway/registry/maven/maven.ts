// Maven repositories, read-only: https://maven.apache.org/repository/layout.html

import { createHash } from "node:crypto";
import type { KeptAnswer } from "../kept.ts";
import type { Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum, sumOf } from "../sums.ts";
import { timeIn } from "../texts.ts";
import { type MavenPath, readMavenPath } from "./path.ts";

const plain = "text/plain; charset=utf-8";

/** The protocol, before one repository. */
export function mavenProtocol(parts: ProtocolParts): Protocol {
  const maven = { parts, shelf: shelfOf("maven", parts) };
  return {
    name: "maven",
    strays: () => false,
    refusal: (sentence) => ({ type: plain, body: `${sentence}\n` }),
    async answer({ path, rules }) {
      const asked = readMavenPath(path);
      if (asked === null) throw new Refused(404, "This is nothing that a Maven repository gives.");
      if (asked.kind === "list") return listReply(maven, rules, asked);
      requireName(asked.name, rules);
      if (asked.version.endsWith("-SNAPSHOT"))
        throw new Refused(403, `${asked.name} ${asked.version} changes from day to day, and is not given here.`);
      return asked.wantsSum ? sumReply(maven, asked) : fileReply(maven, rules, asked);
    },
  };
}

interface Maven {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

type ListAsked = Extract<MavenPath, { readonly kind: "list" }>;
type FileAsked = Extract<MavenPath, { readonly kind: "file" }>;

function urlOf({ parts }: Maven, path: string): URL {
  return new URL(`${parts.upstream.url}/${path.split("/").map(encodeURIComponent).join("/")}`);
}

/** Groups whose plugins Maven looks up by their short names: https://maven.apache.org/guides/introduction/introduction-to-plugin-prefix-mapping.html */
const pluginGroups = ["org.apache.maven:plugins", "org.codehaus:mojo"];

/** As the repository has it, for no other answer of it says how old each version is; a version that is too young is refused itself. */
async function listReply(maven: Maven, rules: PackageRules, { name, path, wantsSum }: ListAsked): Promise<Reply> {
  if (!pluginGroups.includes(name)) requireName(name, rules);
  const asked = { words: ["list", path], url: urlOf(maven, path), what: name, headers: {} };
  const text = await maven.shelf.document(asked, (text) => {
    if (!/<metadata[\s>]/.test(text.slice(0, 4096)))
      throw new Refused(422, `The registry's answer about ${name} is no list of versions.`);
    return text;
  });
  if (!wantsSum) return { type: "application/xml", body: Buffer.from(text), fetched: null };
  return { type: plain, body: Buffer.from(createHash("sha1").update(text).digest("hex")), fetched: null };
}

/** The sum that the repository states beside a file, in hexadecimal; null where it states none that can be read. */
function statedSum(maven: Maven, { name, version, path }: Pick<FileAsked, "name" | "version" | "path">) {
  const what = `${name} ${version}'s sum`;
  const asked = { words: ["sum", path], url: urlOf(maven, `${path}.sha1`), what, headers: {} };
  return maven.shelf.document(asked, (text) => /(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])/i.exec(text)?.[0] ?? null);
}

async function sumReply(maven: Maven, asked: FileAsked): Promise<Reply> {
  const sum = await statedSum(maven, asked);
  if (sum === null) throw new Refused(422, `The registry states no sum for ${asked.name} ${asked.version}.`);
  return { type: plain, body: Buffer.from(sum), fetched: null };
}

/** A file of a version, checked against the sum beside it. */
function artifact(
  maven: Maven,
  { name, version, path }: Pick<FileAsked, "name" | "version" | "path">,
): Promise<KeptAnswer> {
  const what = `${name} ${version}`;
  return maven.shelf.file({ words: ["file", path], what }, async () => {
    const sum = await statedSum(maven, { name, version, path });
    return {
      url: urlOf(maven, path),
      verify: (made) => checkSum(made, what, sum === null ? null : sumOf("sha1", sum)),
    };
  });
}

async function fileReply(maven: Maven, rules: PackageRules, asked: FileAsked): Promise<Reply> {
  const { name, version, path } = asked;
  const isNew = !rules.known.has(name);
  const publishedAt = isNew || rules.minimumAgeMs > 0 ? await publishedAtOf(maven, asked) : null;
  const problem = youthProblem({ name, version, publishedAt }, rules, maven.parts.now());
  if (problem !== null) throw new Refused(403, problem);
  const { file, note } = await artifact(maven, asked);
  return {
    type: path.endsWith(".pom") ? "application/xml" : "application/octet-stream",
    body: { file, bytes: note.bytes },
    fetched: { protocol: "maven", name, version, publishedAt, isNew },
  };
}

/** When the version's project file came to the repository, as that says with the file itself; null: it does not say, or has none. */
async function publishedAtOf(maven: Maven, { name, version, project }: FileAsked): Promise<number | null> {
  try {
    const { file, note } = await artifact(maven, { name, version, path: project });
    await file.close();
    return timeIn(note.facts.modified);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}
