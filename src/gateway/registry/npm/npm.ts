// The npm registry's protocol, read-only, as npm, pnpm, yarn and bun speak it.
import type { Ask, Protocol, ProtocolParts, Reply } from "../protocol.ts";
import { Refused } from "../refused.ts";
import { isTooYoung, type PackageRules, requireName, youthProblem } from "../rules.ts";
import { type Shelf, shelfOf } from "../shelf.ts";
import { checkSum } from "../sums.ts";
import { statedSum } from "./integrity.ts";
import { type Packument, publishedAt, readPackument, shown, versionOfFile } from "./packument.ts";
import { filePathIn, readNpmPath } from "./path.ts";

const abbreviated = "application/vnd.npm.install-v1+json";
const whole = "application/json";
type Form = typeof abbreviated | typeof whole;

/** The protocol, before one registry. */
export function npmProtocol(parts: ProtocolParts): Protocol {
  const npm = { parts, shelf: shelfOf("npm", parts) };
  return {
    name: "npm",
    strays: (path) => filePathIn(path) !== null,
    refusal: (sentence) => ({ type: whole, body: JSON.stringify({ error: sentence }) }), // where npm looks for words
    async answer(ask) {
      const asked = readNpmPath(ask.path) ?? readNpmPath(filePathIn(ask.path) ?? "");
      if (asked === null)
        throw new Refused(404, "This is nothing that the npm registry gives: documents and files of packages.");
      requireName(asked.name, ask.rules);
      if (asked.kind === "file") return fileReply(npm, ask, asked.name, asked.file);
      return documentReply(npm, ask, asked.name, asked.kind === "manifest" ? asked.version : null);
    },
  };
}

interface Npm {
  readonly parts: ProtocolParts;
  readonly shelf: Shelf;
}

/** A package's document, or the manifest of one version or tag of it. */
function documentReply(npm: Npm, ask: Ask, name: string, version: string | null): Promise<Reply> {
  const { rules } = ask;
  const form = ask.accept.includes(abbreviated) && rules.minimumAgeMs === 0 ? abbreviated : whole; // only the whole has times
  return document(npm, name, form, (found) => {
    const isHidden = (one: string) => isHeldBack(npm, found, name, one, rules);
    // npm puts its registry's host in place of any other, and writes the address as it is given into lockfiles.
    const base = ask.userAgent.startsWith("npm/") ? null : ask.base;
    const given = shown(found, base, isHidden);
    if (version === null) return { type: form, body: Buffer.from(JSON.stringify(given)), fetched: null };
    const manifest = given.versions[given["dist-tags"][version] ?? version];
    if (manifest === undefined) throw new Refused(404, `There is no version ${version} of ${name}.`);
    return { type: whole, body: Buffer.from(JSON.stringify(manifest)), fetched: null };
  });
}

function isHeldBack({ parts }: Npm, found: Packument, name: string, version: string, rules: PackageRules): boolean {
  return isTooYoung({ name, version, publishedAt: publishedAt(found, version) }, rules, parts.now());
}

/** A package itself, checked against what the registry's document states. */
async function fileReply(npm: Npm, ask: Ask, name: string, file: string): Promise<Reply> {
  const { rules } = ask;
  const { shelf, parts } = npm;
  const words = ["file", name, file];
  const isNew = !rules.known.has(name);
  const known = await shelf.note(words);
  const version = known?.facts.version ?? (await inDocument(npm, name, file, abbreviated)).version;
  const needsDate = isNew || rules.minimumAgeMs > 0;
  const at = needsDate
    ? (numberIn(known?.facts.publishedAt) ?? (await inDocument(npm, name, file, whole)).publishedAt)
    : null;
  const problem = youthProblem({ name, version, publishedAt: at }, rules, parts.now());
  if (problem !== null) throw new Refused(403, problem);
  const what = `${name} ${version}`;
  const found = await shelf.file({ words, what, facts: { version } }, async () => {
    const { dist } = await inDocument(npm, name, file, abbreviated);
    return { url: new URL(dist.tarball), verify: (path) => checkSum(path, what, statedSum(dist)) };
  });
  if (at !== null && found.note.facts.publishedAt === undefined)
    await shelf.tell(words, { ...found.note.facts, publishedAt: String(at) });
  return {
    type: "application/octet-stream",
    body: { file: found.file, bytes: found.note.bytes },
    fetched: { protocol: "npm", name, version, publishedAt: at, isNew },
  };
}

/** What the registry's document says of a file. */
function inDocument(npm: Npm, name: string, file: string, form: Form) {
  return document(npm, name, form, (found) => {
    const entry = versionOfFile(found, file);
    if (entry === null) throw new Refused(404, `The registry has no file ${file} of ${name}.`);
    return { ...entry, publishedAt: publishedAt(found, entry.version) };
  });
}

function document<T>({ parts, shelf }: Npm, name: string, form: Form, read: (found: Packument) => T): Promise<T> {
  const url = new URL(`${parts.upstream.url}/${name.replace("/", "%2f")}`);
  const accept = form === whole ? whole : `${abbreviated}; q=1.0, ${whole}; q=0.8`;
  const asked = { words: ["document", name, form], url, what: name, headers: { accept } };
  return shelf.document(asked, (text) => read(readPackument(text, name)));
}

function numberIn(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
